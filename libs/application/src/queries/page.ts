import type { Standing } from '../read-model/projected-list.js';

/** How many entries a page holds at most: 200 wallets with balances stay well under a megabyte. */
export const PAGE_LIMIT_MAX = 200;
export const PAGE_LIMIT_DEFAULT = 50;

/** What every list is asked with. */
export interface PageRequest {
  /** 1 to `PAGE_LIMIT_MAX`. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** Undefined at the end of the list. */
  readonly nextCursor: string | undefined;
}

/** A page of a list that follows the log at a distance. */
export interface ProjectedPage<Entry> extends Page<Entry>, Standing {}

/** Cuts off the entry that was read only to know whether there is a next page. */
export function pageOf<Entry>(
  read: readonly Entry[],
  limit: number,
  cursorAfter: (last: Entry) => string,
): Page<Entry> {
  const entries = read.slice(0, limit);
  const last = entries.at(-1);
  return { entries, nextCursor: read.length > limit && last !== undefined ? cursorAfter(last) : undefined };
}
