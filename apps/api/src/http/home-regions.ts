import type { Database } from '@tidemark/database';
import { LRUCache } from 'lru-cache';

/** Wallets whose home is remembered; a hundred bytes each. As many as the write path keeps in memory. */
const REMEMBERED_MAX = 100_000;
/** As a flush: the directory answers within two round trips, but a node that has never read it needs several more. */
const LOOKUP_MS_MAX = 5_000;

/** What this process knows of where wallets live. May be out of date: every answer of a command corrects it. */
export class HomeRegions {
  private readonly remembered = new LRUCache<string, string>({ max: REMEMBERED_MAX });

  constructor(private readonly database: Pick<Database, 'query' | 'engine'>) {}

  /** @returns the region, from memory or else from the directory; undefined where neither can tell */
  async find(walletId: string): Promise<string | undefined> {
    const known = this.remembered.get(walletId);
    if (known !== undefined) return known;
    const found = await this.lookUp(walletId).catch(() => undefined); // the command itself will say what is wrong
    if (found !== undefined) this.remembered.set(walletId, found);
    return found;
  }

  remember(walletId: string, region: string): void {
    this.remembered.set(walletId, region);
  }

  /** As of some 4 s ago, which the replicas of this region can tell; a younger wallet takes the way to all regions. */
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
