import type pg from 'pg';
import type { RunStatement } from './statement.js';
import { runTransaction, type TransactionClient } from './transaction.js';

/** Reads of one snapshot. They are sent one after the other. After a failed one no further one is sent. */
export interface Snapshot extends TransactionClient {
  /** For drizzle, with the same `query` as above. */
  readonly client: pg.PoolClient;
}

/** Runs `read` on one snapshot. Implements {@link Database.snapshot}. */
export function readSnapshot<T>(
  on: Parameters<typeof runTransaction>[0],
  read: (snapshot: Snapshot) => Promise<T>,
  { nearby = false } = {},
): Promise<T> {
  return runTransaction(
    on,
    ({ query, send }) => {
      // A connection executes one statement at a time, and pg@9 will no longer queue statements.
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
