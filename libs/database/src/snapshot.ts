import type pg from 'pg';
import type { RunStatement } from './statement.js';
import { runTransaction, type TransactionClient } from './transaction.js';

/** Reads of one snapshot. They are sent one after the other, and none after one that failed. */
export interface Snapshot extends TransactionClient {
  /** For drizzle. Its `query` is the one above. */
  readonly client: pg.PoolClient;
}

/** Runs `read` on one snapshot. See {@link Database.snapshot}, whose promises are kept here. */
export function readSnapshot<T>(
  on: Parameters<typeof runTransaction>[0],
  read: (snapshot: Snapshot) => Promise<T>,
  { nearby = false } = {},
): Promise<T> {
  return runTransaction(
    on,
    ({ query, send }) => {
      // A connection carries out one statement at a time, and `pg` will not keep a queue for much longer (pg@9).
      let last: Promise<unknown> = Promise.resolve();
      const inTurn = <R>(statement: () => Promise<R>): Promise<R> => {
        const answer = last.then(statement);
        last = answer;
        return answer;
      };
      const client = {
        query: (statement: pg.QueryConfig, values: unknown[]) => inTurn(() => send({ ...statement, values })),
      } as unknown as pg.PoolClient;
      return read({
        query: <Row>(...statement: Parameters<RunStatement>) => inTurn(() => query<Row>(...statement)),
        client,
      });
    },
    { isolation: 'repeatable read', readOnly: true, nearby },
  );
}
