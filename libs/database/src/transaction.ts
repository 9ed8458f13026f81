import type pg from 'pg';
import type { Engine } from './engine.js';
import { TransactionRolledBack } from './errors.js';
import { checkOut, giveBack, isBroken, send, type RunStatement } from './statement.js';

export interface TransactionOptions {
  /** PostgreSQL: `read committed` unless said otherwise. CockroachDB: always SERIALIZABLE, which gives more than asked. */
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readOnly?: boolean;
}

/** The statements of one transaction. It refuses to be used once the transaction has ended. */
export interface TransactionClient {
  query: RunStatement;
}

/**
 * Runs `work` inside one explicit transaction. See {@link Database.transaction}, whose promises are kept here.
 *
 * @param statementTimeoutMs the client's own deadline for each statement
 */
export async function runTransaction<T>(
  on: { pool: pg.Pool; engine: Engine; statementTimeoutMs: number },
  work: (client: TransactionClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const client = await checkOut(on.pool);
  const run = (text: string) => send(client, { text }, on.statementTimeoutMs);
  let ended = false;
  const query: RunStatement = async <Row>(
    text: string,
    values?: unknown[],
    { name, timeoutMs }: { name?: string; timeoutMs?: number } = {},
  ) => {
    if (ended) throw new Error('a statement came after its transaction had ended');
    const statement = { text, ...(values && { values }), ...(name !== undefined && { name }) };
    const result = await send(client, statement, timeoutMs ?? on.statementTimeoutMs);
    return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
  };
  try {
    await run(beginning(on.engine, options));
    const result = await work({ query });
    ended = true;
    const { command } = await run('COMMIT');
    if (command !== 'COMMIT') throw new TransactionRolledBack();
    return result;
  } catch (error) {
    ended = true;
    // The first error is the one that explains; if the ROLLBACK fails too, giveBack() closes the connection.
    if (!isBroken(client)) await run('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    giveBack(client);
  }
}

function beginning(engine: Engine, { isolation = 'read committed', readOnly = false }: TransactionOptions): string {
  // On CockroachDB a weaker level forbids cluster_logical_timestamp(), and READ COMMITTED is real from 24.1 on.
  const level = engine === 'cockroach' ? 'SERIALIZABLE' : isolation.toUpperCase();
  return `BEGIN ISOLATION LEVEL ${level}${readOnly ? ', READ ONLY' : ''}`;
}
