import type { Database } from '@tidemark/database';
import { Refreshed } from '../refreshed.js';
import { hashApiKey, SCOPES, type Scope } from './api-key.js';

/** Who calls, and what they may do. */
export interface Caller {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Everyone, while no key is configured. */
export const ANONYMOUS: Caller = { name: 'anonymous', scopes: new Set(SCOPES) };

/** A revoked key works for so long at most, and a busy service reads the keys so often. */
const KEYS_FRESH_MS = 3_000;
/** While the database does not answer, the keys last read stay good for so long. */
const KEYS_STALE_MS_MAX = 60_000;
/** Wrong keys make the service look again, but not more often than this. */
const REFRESH_MS_MIN = 1_000;

type Keys = ReadonlyMap<string, Caller>;

/** The active API keys, by hash, as of a few seconds ago. */
export class KeyRing {
  private constructor(private readonly keys: Refreshed<Keys>) {}

  static async load(database: Pick<Database, 'query'>): Promise<KeyRing> {
    const read = () => readKeys(database);
    return new KeyRing(new Refreshed(await read(), read, REFRESH_MS_MIN));
  }

  /** Whether no key is configured, as far as is known. */
  get empty(): boolean {
    return this.keys.current.size === 0;
  }

  /** Whether `callerNow` may be believed without reading the keys again. */
  get fresh(): boolean {
    return this.keys.age <= KEYS_FRESH_MS;
  }

  /** Whose key this is, from memory. */
  callerNow(secret: string): Caller | undefined {
    return this.keys.current.get(hashApiKey(secret));
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

async function readKeys(database: Pick<Database, 'query'>): Promise<Keys> {
  const { rows } = await database.query<{ name: string; key_hash: string; scopes: string }>(
    'SELECT name, key_hash, scopes FROM api_keys WHERE revoked_at IS NULL',
  );
  return new Map(rows.map(({ name, key_hash, scopes }) => [key_hash, { name, scopes: scopesOf(scopes) }]));
}

function scopesOf(list: string): ReadonlySet<Scope> {
  const named = new Set(list.split(',').map((scope) => scope.trim()));
  return new Set(SCOPES.filter((scope) => named.has(scope)));
}
