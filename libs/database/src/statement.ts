import pTimeout from 'p-timeout';
import pg from 'pg';
import { withArrayLiterals } from './array-literal.js';
import { ConnectFailed, ConnectionLost, QueryTimedOut, StartRefused } from './errors.js';

/** The result of a statement. `rowCount` is 0 if the server returns none. */
export interface StatementResult<Row> {
  rows: Row[];
  rowCount: number;
}

/** Sends one statement. See {@link Database.query}. */
export type RunStatement = <Row>(
  text: string,
  values?: unknown[],
  options?: { name?: string; timeoutMs?: number },
) => Promise<StatementResult<Row>>;

const broken = new WeakSet<pg.ClientBase>();

/**
 * Records when a connection breaks. `pg` raises `error` on the client before it fails the statements in flight. So when a
 * statement fails, the caller can ask {@link isBroken} and need not parse the message. Without the listener, a broken
 * connection would also end the process.
 */
export function watch(client: pg.ClientBase, onError: (error: Error) => void): void {
  client.on('error', (error) => {
    broken.add(client);
    onError(error);
  });
  client.on('end', () => broken.add(client));
}

/** True once the connection of a watched client is broken. */
export function isBroken(client: pg.ClientBase): boolean {
  return broken.has(client);
}

/**
 * Runs one statement on one client. It throws {@link ConnectionLost} and {@link QueryTimedOut}, for which `pg` has no types.
 * Errors of the server (`pg.DatabaseError`) and of the caller (a value that cannot be encoded) are thrown unchanged.
 * After a time-out the client is broken, because the answer may still arrive.
 */
export async function send<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  statement: pg.QueryConfig | pg.QueryArrayConfig,
  timeoutMs: number,
): Promise<pg.QueryResult<Row>> {
  const { values } = statement;
  const answer = client.query<Row>({
    ...statement,
    ...(values && { values: withArrayLiterals(values) }),
  } as pg.QueryConfig);
  try {
    const result = await pTimeout(answer, {
      milliseconds: Math.max(1, timeoutMs),
      fallback() {
        broken.add(client);
        throw new QueryTimedOut(timeoutMs);
      },
    });
    // A text with several statements gives several results. The last one belongs to the last statement.
    return Array.isArray(result) ? (result as pg.QueryResult<Row>[]).at(-1)! : result;
  } catch (error) {
    if (error instanceof pg.DatabaseError) {
      // FATAL and PANIC end the session: https://www.postgresql.org/docs/current/protocol-error-fields.html
      if (error.severity !== 'ERROR') broken.add(client);
      throw error;
    }
    if (error instanceof QueryTimedOut || !isBroken(client)) throw error;
    throw new ConnectionLost(error);
  }
}

/**
 * Takes a client from the pool.
 *
 * @throws ConnectFailed for every reason, because nothing has been sent yet; StartRefused when the new session lacks the
 *   settings of {@link connect}
 */
export async function checkOut(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw error instanceof StartRefused ? error : new ConnectFailed(error);
  }
}

/** Returns a client to the pool, or closes it if it is broken or still inside a transaction. */
export function giveBack(client: pg.PoolClient): void {
  const left = client.getTransactionStatus();
  client.release(isBroken(client) || (left !== null && left !== 'I'));
}
