import type { LogCursor } from '@tidemark/event-store';
import { LRUCache } from 'lru-cache';
import type { Build, WalletRow } from '@tidemark/projections';

/** Wallets of which a worker keeps the row of a build in memory, and their bytes: each of 10 builds may have so many. */
const ROWS_MAX = 20_000;
const ROWS_BYTES_MAX = 24 * 1024 * 1024;
/** Heap of a row, measured (Node 24), and of each balance in it. */
const ROW_BYTES = 600;
const BALANCE_BYTES = 600;

/**
 * Rows by wallet id, as this worker has written them last. Nobody else writes them as long as its pages are not lost, because
 * whoever wants to has to take the shard first; so the next page need not read them. (If an operator changes one by hand, the
 * wallet's next event makes it right again.)
 */
export type KnownRows = LRUCache<string, WalletRow>;

/** A build, and where this worker has left it in each of its shards. */
export interface Track {
  readonly build: Build;
  readonly stored: Map<number, LogCursor>;
  readonly rows: KnownRows;
}

/** @param stored for each shard that the worker holds */
export function trackOf(build: Build, stored: Track['stored']): Track {
  const { holdings, heapBytes } = build.projection;
  const sizeCalculation = ({ state }: WalletRow) => {
    if (state === undefined) return ROW_BYTES;
    return ROW_BYTES + (holdings?.(state).length ?? 0) * BALANCE_BYTES + (heapBytes?.(state) ?? 0);
  };
  return { build, stored, rows: new LRUCache({ max: ROWS_MAX, maxSize: ROWS_BYTES_MAX, sizeCalculation }) };
}
