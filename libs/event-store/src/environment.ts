import type { Database } from '@tidemark/database';
import type { Draft } from './draft.js';
import type { Limits } from './limits.js';
import type { LogClock } from './log-clock.js';

/** Why a flush had to be sent again. */
export type RetryReason =
  'lost_race' | 'replay_or_race' | 'ambiguous' | 'unavailable' | 'defect' | 'stale_answer' | 'recorded_too_early';

/** Receives measurements of the write path. */
export interface WriteObserver {
  flushed(commands: number, milliseconds: number): void;
  retried(reason: RetryReason, commands: number): void;
  /** How a command whose result had been ambiguous ended. */
  ambiguityEnded(how: 'had_committed' | 'written_again' | 'unknown'): void;
  /** Work that is best effort and failed (a snapshot). */
  failed(what: string, error: unknown): void;
}

export const SILENT: WriteObserver = { flushed() {}, retried() {}, ambiguityEnded() {}, failed() {} };

/** What every strategy needs. Time, random numbers and sleep are parameters. */
export interface WriteEnvironment {
  readonly database: Database;
  readonly limits: Limits;
  readonly logClock: LogClock;
  /** Milliseconds of a monotonic clock, for deadlines and durations. A wall clock that is set back would make them longer. */
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Which of the `COMMIT_LANES` this process writes its commits to. */
  readonly commitLane: number;
  readonly newCommitId: () => string;
  readonly observer: WriteObserver;
  /** Called after drafts are durable. */
  readonly committed: (drafts: readonly Draft[]) => void;
}

/** Number of lanes: key ranges of a region over which the commits are spread. Tailers read all of them. */
export const COMMIT_LANES = 8;
