import type pg from 'pg';
import type { Engine } from './engine.js';
import { TransactionRolledBack } from './errors.js';
import { checkOut, giveBack, isBroken, send, type RunStatement } from './statement.js';

export interface TransactionOptions {
  /** PostgreSQL: `read committed` by default. CockroachDB: always SERIALIZABLE, which is at least as strict. */
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readOnly?: boolean;
}

/** The statements of one transaction. It throws if it is used after the end of the transaction. */
export interface TransactionClient {
  query: RunStatement;
}

/** A transaction client that can also send `pg`'s own query objects. */
export interface Sender extends TransactionClient {
  send: (statement: pg.QueryConfig) => Promise<pg.QueryResult>;
}

/**
 * Runs `work` inside one explicit transaction. Implements {@link Database.transaction}.
 *
 * @param on.statementTimeoutMs the client's deadline for each statement
 * @param options.nearby see {@link Database.snapshot}
 */
export async function runTransaction<T>(
  on: { pool: pg.Pool; engine: Engine; statementTimeoutMs: number },
  work: (client: Sender) => Promise<T>,
  options: TransactionOptions & { nearby?: boolean } = {},
): Promise<T> {
  const client = await checkOut(on.pool);
  const run = (text: string) => send(client, { text }, on.statementTimeoutMs);
  let ended = false;
  const sendWithin = async (statement: pg.QueryConfig, timeoutMs = on.statementTimeoutMs) => {
    if (ended) throw new Error('a statement came after its transaction had ended');
    return send(client, statement, timeoutMs);
  };
  const query: RunStatement = async <Row>(
    text: string,
    values?: unknown[],
    { name, timeoutMs }: { name?: string; timeoutMs?: number } = {},
  ) => {
    const statement = { text, ...(values && { values }), ...(name !== undefined && { name }) };
    const result = await sendWithin(statement, timeoutMs);
    return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
  };
  try {
    await run(beginning(on.engine, options));
    const result = await work({ query, send: sendWithin });
    ended = true;
    const { command } = await run('COMMIT');
    if (command !== 'COMMIT') throw new TransactionRolledBack();
    return result;
  } catch (error) {
    ended = true;
    // The first error is the cause. If the ROLLBACK fails too, giveBack() closes the connection.
    if (!isBroken(client)) await run('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    giveBack(client);
  }
}

function beginning(
  engine: Engine,
  { isolation = 'read committed', readOnly = false, nearby = false }: TransactionOptions & { nearby?: boolean },
): string {
  // On CockroachDB a weaker level does not allow cluster_logical_timestamp(). From 24.1 it really has READ COMMITTED.
  const level = engine === 'cockroach' ? 'SERIALIZABLE' : isolation.toUpperCase();
  const asOf = engine === 'cockroach' && nearby ? ', AS OF SYSTEM TIME follower_read_timestamp()' : '';
  return `BEGIN ISOLATION LEVEL ${level}${readOnly ? ', READ ONLY' : ''}${asOf}`;
}
