import type { Database } from '@tidemark/database';
import { liveIn } from '@tidemark/projections';
import { decodeWallet, expiriesOf, READABLE_STATE_VERSIONS } from '@tidemark/wallet';
import { LRUCache } from 'lru-cache';
import type { SendCommand } from './reactor.js';

/** The wallets of one read. Their states are in memory. */
const WALLETS_MAX = 100;
/** Commands for one wallet at a time, of each kind. */
const ITEMS_MAX = 100;
/** Wallets in memory that have nothing more to expire at the version of their row: at most some 100 bytes each. */
const DONE_MAX = 10_000;
/** The database's clock and a worker's may differ, by 0.5 s on CockroachDB. So nothing is sent before its time by both. */
const MARGIN_MS = 1_000;

interface Due {
  readonly wallet_id: string;
  readonly version: string;
  readonly state: string;
  readonly state_version: number;
  readonly next_due: string;
  readonly now: string;
}

/**
 * Writes down what has expired in one region: sends `ExpireHold` and `ExpireMovement` for wallets that are due by their rows in
 * the live build of `balances`. The key follows from the item, and the wallet decides each item once. So the event is written
 * once, however many workers send the command.
 */
export class ExpiryTimer {
  /** Versions of rows whose items are all answered. */
  private readonly done = new LRUCache<string, string>({ max: DONE_MAX });

  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly region: string,
    private readonly send: SendCommand,
    /** Milliseconds since the epoch: the clock by which `send` decides. */
    private readonly clock: () => number = Date.now,
  ) {}

  /**
   * Sends what is due now.
   *
   * @param shards of which this worker holds the leases
   * @returns the number of events that were written
   * @throws what `send` threw first, when all others are asked; whatever the database says. Call it again later
   */
  async expire(shards: readonly number[], signal: AbortSignal): Promise<number> {
    let [written, after]: [number, Due | undefined] = [0, undefined];
    let failed: PromiseRejectedResult | undefined;
    while (shards.length > 0 && !signal.aborted) {
      const wallets: Due[] = await this.due(shards, after);
      // One wallet that cannot be asked keeps no other from being asked.
      for (const sent of await Promise.allSettled(wallets.map((each) => this.expireOf(each)))) {
        if (sent.status === 'fulfilled') written += sent.value;
        else failed ??= sent;
      }
      after = wallets.at(-1);
      if (wallets.length < WALLETS_MAX) break;
    }
    if (failed) throw failed.reason;
    return written;
  }

  private async due(shards: readonly number[], after: Due | undefined): Promise<Due[]> {
    const { rows } = await this.database.query<Due>(
      `SELECT b.wallet_id, b.version::text AS version, b.state, b.state_version, b.next_due, d.now
       FROM projections p, (SELECT now() - $3::int8 * interval '1 millisecond' AS now) d, wallet_balances b
       WHERE p.name = 'balances' AND b.generation = ${liveIn('$1::text')} AND b.region = $1::text
         AND b.next_due IS NOT NULL AND b.next_due <= d.now AND b.shard = ANY($2::int2[])
         AND (b.next_due, b.wallet_id) > ($4::timestamptz, $5::text)
       ORDER BY b.next_due, b.wallet_id LIMIT ${WALLETS_MAX}`,
      [this.region, shards, MARGIN_MS, after?.next_due ?? '1970-01-01T00:00:00.000Z', after?.wallet_id ?? ''],
      { name: 'due-wallets' },
    );
    return rows;
  }

  private async expireOf({ wallet_id: walletId, version, state, state_version, now }: Due): Promise<number> {
    // The row of a wallet that has moved to another region is not written again, and that of any other a little later.
    if (this.done.get(walletId) === version || !READABLE_STATE_VERSIONS.includes(Number(state_version))) return 0;
    let [written, answered] = [0, true];
    const ownTime = new Date(this.clock()).toISOString();
    const wallet = decodeWallet(state);
    const due = expiriesOf(walletId, wallet, ownTime < now ? ownTime : now, ITEMS_MAX);
    if (due.length === 0) return 0;
    for (const { command, itemId, expiresAt } of due) {
      // A clock that was set back gives `…_not_due`, and a key keeps its first answer: so each hour has a key of its own.
      const hour = now.slice(0, 'YYYY-MM-DDTHH'.length);
      const idempotencyKey = `${command.type}/${itemId}/${expiresAt}/${hour}`;
      const { result } = (await this.send(command, { idempotencyKey, caller: 'expiry timer' })).outcome;
      if (result.kind === 'accepted') written++;
      else if (result.code.endsWith('_not_due')) answered = false;
    }
    // More than ITEMS_MAX of a kind: the row has the rest, at a later version.
    if (answered) this.done.set(walletId, version);
    return written;
  }
}
