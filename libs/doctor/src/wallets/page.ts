import type { Audit } from '@tidemark/event-store';
import type { Wallet } from '@tidemark/wallet';
import type { Report } from '../finding.js';
import type { JudgedEvent, WalletHomes } from './wallet-fold.js';

/** A run of one wallet's events. A long wallet comes in several, on consecutive pages. */
export interface WalletSlice {
  readonly walletId: string;
  /** Where its first event is; each event says its own. */
  readonly region: string;
  /** In the order of versions, without a hole that the log does not have. May be empty on the last slice. */
  readonly events: readonly JudgedEvent[];
  /** The wallet before `events`; undefined where it cannot be known. */
  readonly before: Wallet | undefined;
  /** Nothing of this wallet follows up to the position of the audit. */
  readonly last: boolean;
  /** Version and homes after `events`; homes are undefined where they cannot be known. */
  readonly version: number;
  readonly homes: WalletHomes | undefined;
}

/** What checks judge at once: enough wallets that one statement can look something up for all of them. */
export interface Page {
  readonly audit: Audit;
  readonly allRegions: readonly string[];
  readonly slices: readonly WalletSlice[];
  readonly report: Report;
}

/**
 * A promise about wallets, looked at page by page. This is the seam for checks from outside this library: they get every
 * wallet's events in order, and may read what they like at the audit's own moment.
 */
export interface PageCheck {
  readonly name: string;
  check(page: Page): Promise<void> | void;
}
