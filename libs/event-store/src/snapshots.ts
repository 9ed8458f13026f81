import type { Database } from '@tidemark/database';
import { encodeWallet, STATE_VERSION } from '@tidemark/wallet';
import type { Draft, WalletHead } from './draft.js';
import type { WriteObserver } from './environment.js';

/** Snapshots waiting to be written; beyond it the oldest offers win, and the rest come again `snapshotEvery` later. */
const OFFERS_MAX = 1_000;
/** Snapshots in one statement. */
const BATCH_MAX = 100;

/**
 * Writes a wallet's folded state beside the log each time it has grown by `every` events. Off the hot path and best
 * effort: a snapshot that is missing or old costs the next load a longer fold, nothing else.
 */
export class Snapshots {
  private readonly offers = new Map<string, WalletHead>();
  private running: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly every: number,
    private readonly observer: Pick<WriteObserver, 'failed'>,
  ) {}

  /** To be called with drafts that are durable. */
  readonly committed = (drafts: readonly Draft[]): void => {
    for (const { heads, events } of drafts) {
      for (const head of heads) {
        const appended = events.filter(({ walletId }) => walletId === head.walletId).length;
        const { version } = head.wallet;
        const crossed = Math.floor(version / this.every) > Math.floor((version - appended) / this.every);
        if (crossed && this.offers.size < OFFERS_MAX) this.offers.set(head.walletId, head);
      }
    }
    if (this.offers.size > 0) this.running ??= this.run().finally(() => (this.running = undefined));
  };

  /** Waits for what has been offered. */
  async close(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.offers.size > 0) {
      const batch = [...this.offers.values()].slice(0, BATCH_MAX);
      for (const { walletId } of batch) this.offers.delete(walletId);
      try {
        await saveSnapshots(this.database, batch);
      } catch (error) {
        this.observer.failed('snapshot', error);
      }
    }
  }
}

/** Stores the states, except where a later one is stored already. */
export async function saveSnapshots(database: Pick<Database, 'query'>, heads: readonly WalletHead[]): Promise<void> {
  await database.query(
    SAVE,
    [
      heads.map(({ region }) => region),
      heads.map(({ walletId }) => walletId),
      heads.map(({ wallet }) => wallet.version),
      heads.map(({ wallet }) => encodeWallet(wallet)),
      heads.map(({ recordedAt }) => recordedAt),
      heads.map(({ hash }) => hash),
      STATE_VERSION,
    ],
    { name: 'save-snapshots' },
  );
}

const SAVE = `
INSERT INTO wallet_snapshots (region, wallet_id, version, state_version, state, recorded_at, hash)
SELECT s.region, s.wallet_id, s.version, $7::int2, s.state, s.recorded_at, decode(s.hash, 'hex')
FROM unnest($1::text[], $2::text[], $3::int8[], $4::text[], $5::timestamptz[], $6::text[])
  AS s(region, wallet_id, version, state, recorded_at, hash)
ON CONFLICT (region, wallet_id) DO UPDATE
SET version = excluded.version, state_version = excluded.state_version, state = excluded.state,
    recorded_at = excluded.recorded_at, hash = excluded.hash
WHERE wallet_snapshots.version < excluded.version OR wallet_snapshots.state_version <> excluded.state_version`;
