/** A difference between a build and the log. */
export interface Difference {
  readonly generation: string;
  readonly region: string;
  /** Null for a sum, which belongs to no wallet. */
  readonly walletId: string | null;
  readonly kind: DifferenceKind;
  /** The event at which it shows; null for a sum. */
  readonly version: number | null;
  /** As the table would hold it, JSON; null: nothing. */
  readonly expected: string | null;
  readonly found: string | null;
}

export type DifferenceKind =
  | 'row_differs'
  | 'row_missing'
  | 'row_behind'
  | 'row_without_events'
  | 'line_differs'
  | 'line_missing'
  | 'line_without_event'
  | 'sum_differs'
  | 'wallet_parked'
  | 'event_not_applicable';

/** Differences that are kept in detail. Further ones are only counted. */
const LISTED_MAX = 1_000;
/** Wallets kept by name. */
export const WALLETS_MAX = 1_000;

/** The differences of one build. */
export class Differences {
  count = 0;
  /** How many of them are differences of sums. */
  sums = 0;
  readonly listed: Difference[] = [];
  readonly wallets = new Set<string>();

  add(difference: Difference): void {
    this.count++;
    if (this.listed.length < LISTED_MAX) this.listed.push(difference);
    if (difference.walletId === null) this.sums++;
    else if (this.wallets.size < WALLETS_MAX) this.wallets.add(difference.walletId);
  }
}
