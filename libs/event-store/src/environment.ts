import type { Database } from '@tidemark/database';
import type { Draft } from './draft.js';
import type { Limits } from './limits.js';
import type { LogClock } from './log-clock.js';

/** Why a flush had to be sent again. */
export type RetryReason =
  'lost_race' | 'replay_or_race' | 'ambiguous' | 'unavailable' | 'defect' | 'stale_answer' | 'recorded_too_early';

/** What the write path tells whoever measures it. */
export interface WriteObserver {
  flushed(commands: number, milliseconds: number): void;
  retried(reason: RetryReason, commands: number): void;
  /** How a command whose result had been ambiguous ended. */
  ambiguityEnded(how: 'had_committed' | 'written_again' | 'unknown'): void;
  /** Work that is best effort and failed (a snapshot). */
  failed(what: string, error: unknown): void;
}

export const SILENT: WriteObserver = { flushed() {}, retried() {}, ambiguityEnded() {}, failed() {} };

/** What every strategy stands on. Time, randomness and sleep are parameters. */
export interface WriteEnvironment {
  readonly database: Database;
  readonly limits: Limits;
  readonly logClock: LogClock;
  /** Milliseconds that only ever grow, for deadlines and durations: a wall clock that is set back would stretch them. */
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

/** Over how many key ranges of a region the commits are spread. Tailers read all of them. */
export const COMMIT_LANES = 8;
