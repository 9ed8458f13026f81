import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database, type RetryBounds, type TransactionClient } from '@tidemark/database';

/** Over three regions an attempt takes two seconds and more, so those of a read are used up after one or two. */
const BOUNDS: RetryBounds = { attemptsMax: 8, baseMs: 100, capMs: 1_000, elapsedMsMax: 20_000 };

/**
 * Runs a transaction until it succeeds, as often as may be expected: on CockroachDB every explicit one can lose a race, and
 * those that write a GLOBAL table, whose writes lie in the future, do so more often.
 *
 * @param work may run again after a commit whose answer was lost: a unique key has to make the second run fail
 */
export function retriedTransaction<T>(database: Database, work: (client: TransactionClient) => Promise<T>): Promise<T> {
  return retryIdempotent(() => database.transaction(work), { bounds: BOUNDS, random: Math.random, sleep });
}
