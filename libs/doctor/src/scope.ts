import type { Audit } from '@tidemark/event-store';
import type { Report } from './finding.js';

/** What every part of an examination is given. */
export interface Scope {
  readonly audit: Audit;
  /** Every region that the log has rows of. */
  readonly allRegions: readonly string[];
  /** Those whose rows are looked at: all of them, or the one that was asked for. */
  readonly regions: readonly string[];
  /** The one wallet that was asked for. */
  readonly walletId: string | undefined;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Tells how far a part has come; `of` is what its end will be, as far as that is known. */
  readonly progress: (part: Part, done: number, of: number) => void;
}

export type Part =
  | 'commits'
  | 'events'
  | 'directory'
  | 'outcomes'
  | 'commits that disagree'
  | 'events without a commit'
  | 'outcomes that disagree'
  | 'projections';
