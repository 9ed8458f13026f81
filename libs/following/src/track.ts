import type { LogCursor } from '@tidemark/event-store';
import { LRUCache } from 'lru-cache';
import type { Build, WalletRow } from '@tidemark/projections';

/** Rows that a worker keeps in memory for each build, and their bytes. There may be some 10 builds. */
const ROWS_MAX = 20_000;
const ROWS_BYTES_MAX = 24 * 1024 * 1024;
/** Heap of a row, measured (Node 24), and of each balance in it. */
const ROW_BYTES = 600;
const BALANCE_BYTES = 600;

/**
 * Cache of rows by wallet id, as this worker wrote them last. Another worker can write them only after it has taken the shard, and
 * then this worker's next page is lost. So the next page need not read them. (If an operator changes a row by hand, the wallet's
 * next event overwrites the change.)
 */
export type KnownRows = LRUCache<string, WalletRow>;

/** A build, and its checkpoint in each shard that this worker holds. */
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
