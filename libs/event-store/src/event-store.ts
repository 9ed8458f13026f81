import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import type { EventStore } from './command-request.js';
import { dryRun } from './dry-run.js';
import { COMMIT_LANES, SILENT, type WriteEnvironment, type WriteObserver } from './environment.js';
import { groupedStrategy, optimisticStrategy } from './grouped.strategy.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { LogClock } from './log-clock.js';
import { pessimisticStrategy } from './pessimistic.strategy.js';
import { Snapshots } from './snapshots.js';

/** The three ways to write that can be compared; `grouped` is the one to use. */
export const strategies = {
  grouped: groupedStrategy,
  optimistic: optimisticStrategy,
  pessimistic: pessimisticStrategy,
} as const;

export type StrategyName = keyof typeof strategies;

export interface EventStoreOptions {
  readonly database: Database;
  readonly strategy?: StrategyName;
  readonly limits?: Partial<Limits>;
  readonly observer?: WriteObserver;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Milliseconds that only ever grow. */
  readonly monotonic?: () => number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** Opens the write side of the log on a database whose role may append. Close it before the database. */
export function openEventStore({
  database,
  strategy = 'grouped',
  limits: some,
  observer = SILENT,
  clock = Date.now,
  monotonic = () => performance.now(),
  random = Math.random,
}: EventStoreOptions): EventStore {
  const limits = { ...DEFAULT_LIMITS, ...some };
  const snapshots = new Snapshots(database, limits.snapshotEvery, observer);
  const environment: WriteEnvironment = {
    database,
    limits,
    logClock: new LogClock(clock, monotonic),
    monotonic,
    random,
    sleep,
    commitLane: randomInt(COMMIT_LANES),
    newCommitId: randomUUID,
    observer,
    committed: snapshots.committed,
  };
  const writer = strategies[strategy](environment);
  return {
    execute: (request) => writer.execute(request),
    executeInOrder: (requests) => writer.executeInOrder(requests),
    dryRun: (requests) => dryRun(database, requests, environment.logClock.now()),
    async close() {
      await writer.close();
      await snapshots.close();
    },
  };
}
