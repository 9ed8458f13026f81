import type { Database } from '@tidemark/database';
import { LRUCache } from 'lru-cache';

/** Cached wallets, some 100 bytes each: as many as the write path keeps in memory. */
const REMEMBERED_MAX = 100_000;
/** 5 s, as for a flush. The directory answers within two round trips; a node that has never read it needs several more. */
const LOOKUP_MS_MAX = 5_000;

/** Caches the home regions of wallets. An entry may be out of date; the answer to each command corrects it. */
export class HomeRegionCache {
  private readonly remembered = new LRUCache<string, string>({ max: REMEMBERED_MAX });

  constructor(private readonly database: Pick<Database, 'query' | 'engine'>) {}

  /** @returns the region, from memory or else from the directory; undefined where neither has it */
  async find(walletId: string): Promise<string | undefined> {
    const known = this.remembered.get(walletId);
    if (known !== undefined) return known;
    const found = await this.lookUp(walletId).catch(() => undefined); // the command reports the error
    if (found !== undefined) this.remembered.set(walletId, found);
    return found;
  }

  remember(walletId: string, region: string): void {
    this.remembered.set(walletId, region);
  }

  /** Reads the local replicas as of some 4 s ago. A younger wallet needs a read in all regions. */
  private async lookUp(walletId: string): Promise<string | undefined> {
    const { engine } = this.database;
    const before = engine === 'cockroach' ? await this.read(walletId, 'home-region-nearby', NEARBY) : undefined;
    return before ?? (await this.read(walletId, 'home-region', LOOK_UP));
  }

  private async read(walletId: string, name: string, text: string): Promise<string | undefined> {
    const { rows } = await this.database.query<{ region: string }>(text, [walletId], {
      name,
      timeoutMs: LOOKUP_MS_MAX,
    });
    return rows[0]?.region;
  }
}

const LOOK_UP = 'SELECT region FROM wallets WHERE wallet_id = $1::text';
// https://www.cockroachlabs.com/docs/stable/follower-reads
const NEARBY = `SELECT region FROM wallets AS OF SYSTEM TIME follower_read_timestamp() WHERE wallet_id = $1::text`;
