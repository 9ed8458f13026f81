import { setTimeout as sleep } from 'node:timers/promises';
import { classify, fullJitter, retryIdempotent, type Database } from '@tidemark/database';
import { IdempotencyKeyReused } from '@tidemark/event-store';
import type { CommandIdentity } from '../commands/command-identity.js';

/** What is defined at run time, in versions: fee schedules by their name, exchange rates by their currencies (`EUR-USD`). */
export type DefinitionKind = 'fee' | 'rate';

/** One version of a definition. */
export interface Definition {
  readonly name: string;
  /** 1, 2, 3 … within the name. */
  readonly version: number;
  /** JSON. */
  readonly definition: string;
  /** ISO 8601, UTC. */
  readonly definedAt: string;
}

/** How old a version in memory may be when a command uses it: a new one counts in every process after a second. */
const AGE_MS_MAX = 1_000;
/** Names in memory; the one that was read longest ago goes first. */
const KNOWN_MAX = 1_000;
/** Versions in one answer. */
export const VERSIONS_MAX = 100;
/** Others define the same name at the same time, and the version is taken. */
const ATTEMPTS_MAX = 10;

/** The definitions of this installation (table `definitions`). A version stays for ever. */
export class Definitions {
  private readonly known = new Map<
    string,
    { readonly readAt: number; readonly latest: Promise<Definition | undefined> }
  >();

  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /** The newest version, at most a second old; undefined where the name was never defined. @throws whatever the database says */
  latest(kind: DefinitionKind, name: string): Promise<Definition | undefined> {
    const key = `${kind} ${name}`;
    const now = this.monotonic();
    const held = this.known.get(key);
    if (held && now - held.readAt < AGE_MS_MAX) return held.latest;
    const latest = this.versions(kind, name, 1).then(([newest]) => newest);
    this.known.delete(key);
    this.known.set(key, { readAt: now, latest });
    if (this.known.size > KNOWN_MAX) this.known.delete(this.known.keys().next().value!);
    // Whoever asks next asks the database again.
    latest.catch(() => this.known.delete(key));
    return latest;
  }

  /** The versions of a name, the newest first. */
  versions(kind: DefinitionKind, name: string, limit = VERSIONS_MAX): Promise<readonly Definition[]> {
    return this.read(`${SELECT} WHERE kind = $1::text AND name = $2::text ORDER BY version DESC LIMIT $3::int8`, [
      ...[kind, name, limit],
    ]);
  }

  /** The newest version of every name. */
  list(kind: DefinitionKind): Promise<readonly Definition[]> {
    return this.read(`${LIST} WHERE kind = $1::text ORDER BY name, version DESC`, [kind]);
  }

  /**
   * Makes the next version of a name, once for an idempotency key.
   *
   * @param definition JSON
   * @throws IdempotencyKeyReused; whatever the database says
   */
  async define(
    kind: DefinitionKind,
    name: string,
    definition: string,
    { caller, idempotencyKey }: CommandIdentity,
  ): Promise<Definition & { readonly replayed: boolean }> {
    for (let attempt = 1; ; attempt++) {
      const replayed = await this.read(`${SELECT} ${BY_KEY}`, [kind, caller, idempotencyKey]);
      const [present] = replayed;
      if (present) {
        if (present.name === name && present.definition === definition) return { ...present, replayed: true };
        throw new IdempotencyKeyReused(idempotencyKey);
      }
      const [made] = await this.insert([kind, name, definition, caller, idempotencyKey], attempt);
      if (!made) continue;
      this.known.delete(`${kind} ${name}`);
      return { ...made, replayed: false };
    }
  }

  /** @returns nothing where a key was taken meanwhile: of the version, or of the caller */
  private async insert(values: readonly unknown[], attempt: number): Promise<readonly Definition[]> {
    try {
      return await this.read(INSERT, values);
    } catch (error) {
      if (classify(error, 'write').class !== 'unique_violation' || attempt === ATTEMPTS_MAX) throw error;
      await sleep(fullJitter({ attempt, baseMs: 2, capMs: 100, random: Math.random }));
      return [];
    }
  }

  /** Statements here may be repeated: an insert that had happened finds its key taken. */
  private async read(text: string, values: readonly unknown[]): Promise<readonly Definition[]> {
    const { rows } = await retryIdempotent(() => this.database.query<Row>(text, [...values]), {
      ...{ random: Math.random, sleep },
    });
    return rows.map(({ version, defined_at: definedAt, ...row }) => ({ ...row, version: Number(version), definedAt }));
  }
}

interface Row {
  name: string;
  version: string;
  definition: string;
  defined_at: string;
}

const COLUMNS = 'name, version, definition, defined_at';
const SELECT = `SELECT ${COLUMNS} FROM definitions`;
const LIST = `SELECT DISTINCT ON (name) ${COLUMNS} FROM definitions`;
const BY_KEY = 'WHERE kind = $1::text AND caller = $2::text AND idempotency_key = $3::text';
const INSERT = `
INSERT INTO definitions (kind, name, version, definition, caller, idempotency_key)
SELECT $1::text, $2::text, coalesce(max(version), 0) + 1, $3::text, $4::text, $5::text
FROM definitions WHERE kind = $1::text AND name = $2::text
RETURNING ${COLUMNS}`;
