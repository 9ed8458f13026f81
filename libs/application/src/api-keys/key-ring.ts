import type { Database } from '@tidemark/database';
import { Refreshed } from '../refreshed.js';
import { hashApiKey, SCOPES, type Scope } from './api-key.js';

/** The caller and the scopes of its key. */
export interface Caller {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Everyone, until the first key is made. */
export const ANONYMOUS: Caller = { name: 'anonymous', scopes: new Set(SCOPES) };

/** How often a busy service reads the keys. So a revoked key works for this time at most. */
const KEYS_FRESH_MS = 3_000;
/** How long the keys in memory stay valid while the database does not answer. */
const KEYS_STALE_MS_MAX = 60_000;
/** An unknown key makes the service read the keys again, but not more often than this. */
const REFRESH_MS_MIN = 1_000;

interface Keys {
  readonly active: ReadonlyMap<string, Caller>;
  /** Whether a key was ever made. Revoked keys stay in the table. */
  readonly everMade: boolean;
}

/** The active API keys, by hash, as of a few seconds ago. */
export class KeyRing {
  private constructor(private readonly keys: Refreshed<Keys>) {}

  static async load(database: Pick<Database, 'query'>): Promise<KeyRing> {
    const read = () => readKeys(database);
    return new KeyRing(new Refreshed(await read(), read, REFRESH_MS_MIN));
  }

  /** Whether there is no active key, as far as is known. */
  get empty(): boolean {
    return this.keys.current.active.size === 0;
  }

  /** Whether no key was ever made, as far as is known. Revoking the last one does not open the service to everyone again. */
  get neverUsed(): boolean {
    return !this.keys.current.everMade;
  }

  /** Whether the keys in memory are recent enough for `callerNow`. */
  get fresh(): boolean {
    return this.keys.age <= KEYS_FRESH_MS;
  }

  /** The caller of a key, from memory. */
  callerNow(secret: string): Caller | undefined {
    return this.keys.current.active.get(hashApiKey(secret));
  }

  /**
   * Reads the keys again.
   *
   * @throws whatever the database says, once the keys in memory are too old to go on with
   */
  async refresh(): Promise<void> {
    try {
      await this.keys.refresh();
    } catch (error) {
      if (this.keys.age > KEYS_STALE_MS_MAX) throw error;
    }
  }
}

/** The active keys, and of the revoked ones the first, which says that there was one. */
const KEYS = `
SELECT name, key_hash, scopes, revoked_at IS NULL AS active FROM api_keys
WHERE revoked_at IS NULL OR key_id = (SELECT min(key_id) FROM api_keys)`;

interface KeyRow {
  readonly name: string;
  readonly key_hash: string;
  readonly scopes: string;
  readonly active: boolean;
}

async function readKeys(database: Pick<Database, 'query'>): Promise<Keys> {
  const { rows } = await database.query<KeyRow>(KEYS);
  const active = rows.filter((row) => row.active);
  return {
    active: new Map(active.map(({ name, key_hash, scopes }) => [key_hash, { name, scopes: scopesOf(scopes) }])),
    everMade: rows.length > 0,
  };
}

function scopesOf(list: string): ReadonlySet<Scope> {
  const named = new Set(list.split(',').map((scope) => scope.trim()));
  return new Set(SCOPES.filter((scope) => named.has(scope)));
}
