import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database, type TransactionClient } from '@tidemark/database';

/**
 * Runs a transaction until it succeeds, as often as may be expected: on CockroachDB every explicit one can lose a race, and
 * those that write a GLOBAL table, whose writes lie in the future, do so more often.
 *
 * @param work may run again after it committed without our knowing: something that it writes has to refuse that
 */
export function retriedTransaction<T>(database: Database, work: (client: TransactionClient) => Promise<T>): Promise<T> {
  return retryIdempotent(() => database.transaction(work), { random: Math.random, sleep });
}
