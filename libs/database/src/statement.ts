import pTimeout from 'p-timeout';
import pg from 'pg';
import { withArrayLiterals } from './array-literal.js';
import { ConnectFailed, ConnectionLost, QueryTimedOut, StartRefused } from './errors.js';

/** What a statement gave back. `rowCount` is 0 where the server names none. */
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
 * Remembers a connection that breaks. `pg` raises `error` on the client before it fails the statements in flight, so
 * whoever sees a statement fail can ask {@link isBroken} instead of reading the message. The listener is also what
 * keeps a dropped connection from ending the process.
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
 * Runs one statement on one client and turns what `pg` cannot express into types: {@link ConnectionLost} and
 * {@link QueryTimedOut}. What the server answered (`pg.DatabaseError`) and what the caller did wrong (a value that
 * cannot be encoded) are thrown as they are. After a time-out the client is broken: its answer may still be on the way.
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
    // Several statements in one text give several results; the last is the one that the text ends with.
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
 * @throws ConnectFailed whatever the reason, because nothing has been sent yet; StartRefused when the session that was
 *   opened is not what {@link connect} asked for
 */
export async function checkOut(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw error instanceof StartRefused ? error : new ConnectFailed(error);
  }
}

/** Gives a client back, or closes it when it broke or was left inside a transaction. */
export function giveBack(client: pg.PoolClient): void {
  const left = client.getTransactionStatus();
  client.release(isBroken(client) || (left !== null && left !== 'I'));
}
