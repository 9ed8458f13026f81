import { classify } from '@tidemark/database';
import type { Build } from '@tidemark/projections';
import { PageLost, type ShardCheckpoint } from './checkpoints.js';
import { ShardFromTheFuture } from './fold-stream.js';

/** What a worker holds in a region, and what follows its log there. */
export interface Holding {
  /** The token of each shard. A survey that finds no change gives the same map again. */
  readonly leases: ReadonlyMap<number, string>;
  readonly builds: readonly Build[];
  /** By `keyOf`, as they were read when the leases were. */
  readonly checkpoints: ReadonlyMap<string, readonly ShardCheckpoint[]>;
}

export const HOLDING_NOTHING: Holding = { leases: new Map(), builds: [], checkpoints: new Map() };

/** What follows the log in the shards that a worker holds, from checkpoints of its own: the projectors together, or a reactor. */
export interface Consumer {
  /** Goes on with these shards from now on. */
  hold(holding: Holding): void;
  /**
   * Goes on if there is something to do.
   *
   * @returns whether there was
   * @throws PageLost, ShardFromTheFuture; whatever the database says when nothing can be done without it
   */
  cycle(): Promise<boolean>;
  /** Ends what is in flight. */
  stop(): Promise<void>;
}

/** All in milliseconds. */
export interface FollowerTimes {
  /** How often a worker reads all leases and builds. */
  readonly surveyMs: number;
  /** How often the checkpoints of shards without events are moved, instead of at every page. */
  readonly advanceMs: number;
  /** If a shard has events to apply and its checkpoint does not move for this time, any worker may take it. Well above `advanceMs`. */
  readonly stallMs: number;
  /** For how long a worker does not take a shard that has events of a newer version. */
  readonly avoidMs: number;
}

export const FOLLOWER_TIMES: FollowerTimes = { surveyMs: 1_000, advanceMs: 1_000, stallMs: 4_000, avoidMs: 30_000 };

export interface FollowerObserver {
  applied(consumer: string, region: string, events: number): void;
  parked(projection: string, region: string, walletId: string, reason: string): void;
  /** The worker retries by itself after a pause; nothing is skipped. */
  failed(consumer: string, region: string, error: unknown): void;
}

const FAILURE_WAIT_MS = 50;
/** The longest pause of a consumer that fails. The pause doubles with each failure. */
const FAILURE_WAIT_MAX_MS = 5_000;

/** The pause after a number of failures in a row, in milliseconds. */
export function waitAfter(failures: number): number {
  return Math.min(FAILURE_WAIT_MAX_MS, FAILURE_WAIT_MS * 2 ** failures);
}

/** Whether an error is permanent, and neither an unavailable database nor a lost lease. */
export function isDefect(error: unknown): boolean {
  if (error instanceof PageLost || error instanceof ShardFromTheFuture) return false;
  return ['defect', 'unique_violation'].includes(classify(error, 'read').class);
}
