import type { LogCursor } from '@tidemark/event-store';
import type { Build, WalletRow } from '../projection.js';

/** Wallets of which a worker keeps the row of a build in memory: some tens of megabytes. */
const ROWS_MAX = 20_000;

/** A build, and where this worker has left it in each of its shards. */
export interface Track {
  readonly build: Build;
  readonly stored: Map<number, LogCursor>;
  readonly rows: KnownRows;
}

/** @param stored for each shard that the worker holds */
export function trackOf(build: Build, stored: Track['stored']): Track {
  return { build, stored, rows: new KnownRows() };
}

/**
 * Rows as this worker has written them last. Nobody else writes them as long as its pages are not lost, because whoever
 * wants to has to take the shard first; so the next page need not read them. (If an operator changes one by hand, the
 * wallet's next event makes it right again.)
 */
export class KnownRows {
  private readonly rows = new Map<string, WalletRow>();

  get(walletId: string): WalletRow | undefined {
    return this.rows.get(walletId);
  }

  /** Keeps what has been written, and forgets those that were written least recently. */
  keep(written: readonly WalletRow[]): void {
    for (const row of written) {
      this.rows.delete(row.walletId);
      this.rows.set(row.walletId, row);
    }
    for (const walletId of this.rows.keys()) {
      if (this.rows.size <= ROWS_MAX) break;
      this.rows.delete(walletId);
    }
  }

  forget(walletId: string): void {
    this.rows.delete(walletId);
  }

  forgetAll(): void {
    this.rows.clear();
  }
}
