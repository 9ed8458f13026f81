import pg from 'pg';
import { askEngine } from './ask-engine.js';
import { sqlStateOf } from './classification.js';
import type { Engine } from './engine.js';
import { ConnectFailed, StartRefused } from './errors.js';
import { prepareSession } from './session.js';
import { requireServerVersion } from './start/server-version.js';
import { readSnapshot, type Snapshot } from './snapshot.js';
import { startupOptions, withOptions } from './startup-options.js';
import { checkOut, giveBack, send, watch, type RunStatement } from './statement.js';
import { runTransaction, type TransactionClient, type TransactionOptions } from './transaction.js';
import { valueTypes } from './value-types.js';

/**
 * One pool of connections to one engine, all acting as one role.
 *
 * Values: numeric, int8 and date come back as strings (numeric in plain notation), timestamptz as an ISO 8601 string in
 * UTC with milliseconds, truncated. {@link classify} classifies the errors.
 */
export interface Database {
  readonly engine: Engine;
  /** The server's own version, for example `18.4`. */
  readonly version: string;
  readonly url: string;
  /** Maximum number of connections. */
  readonly poolSize: number;
  /**
   * Runs one statement as an implicit transaction.
   *
   * @param options.name makes it a prepared statement of that name: parsed once for each connection. A name always has the same text.
   * @param options.timeoutMs the client's deadline for the answer. The server's deadline (`statementTimeoutMs`) stays.
   * @throws pg.DatabaseError the server's answer; ConnectFailed when nothing was sent; ConnectionLost, QueryTimedOut when the
   *   statement may have taken effect
   */
  query: RunStatement;
  /**
   * Runs `work` in one explicit transaction on one connection, and never repeats it. It resolves only when the answer to
   * COMMIT is COMMIT. When `work` throws, its error is thrown on, even if the ROLLBACK fails. A broken connection
   * is closed.
   *
   * @throws TransactionRolledBack when the answer to COMMIT is ROLLBACK; otherwise as `query`
   */
  transaction<T>(work: (client: TransactionClient) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Runs reads that all see one snapshot, in one transaction on one connection, and never repeats them.
   *
   * @param options.nearby on CockroachDB the snapshot is some 4 s old, so that the nearest replicas can answer without asking
   *   another region (https://www.cockroachlabs.com/docs/stable/follower-reads). Newer rows and newer
   *   tables are not visible in it. On PostgreSQL the snapshot is the present.
   * @throws as `transaction`
   */
  snapshot<T>(read: (snapshot: Snapshot) => Promise<T>, options?: { nearby?: boolean }): Promise<T>;
  /** For drizzle, with the same `query` as above. A client of `pool.connect()` throws the errors of `pg`. */
  readonly pool: pg.Pool;
  /** Waits for the statements in flight and closes the connections. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** `postgresql://user@host:port/database`, for both engines. */
  url: string;
  /** The database role that every connection acts as. The login of the URL must be a member of it. */
  role?: string;
  poolSize?: number;
  /** Shown by the server beside each session. */
  applicationName: string;
  /** Timeout for opening a connection, and for waiting until one in the pool is free. */
  connectTimeoutMs?: number;
  /** The server cancels a statement after this time. */
  statementTimeoutMs?: number;
  /** Called for each connection that breaks, idle or in use. The pool replaces it by itself. */
  onError?: (error: Error) => void;
}

/** On two cores, statements of more connections only queue in the server. Group commit needs few. */
const POOL_SIZE_DEFAULT = 10;
const CONNECT_TIMEOUT_MS_DEFAULT = 5_000;
const STATEMENT_TIMEOUT_MS_DEFAULT = 30_000;
/** The client waits this much longer than the server's deadline, so that the server's answer (57014) arrives first. */
const CLIENT_GRACE_MS = 2_000;

/**
 * Connects and determines the engine. Checks that the server is new enough, and that sessions have the settings that results depend on
 * ({@link startupOptions}). CockroachDB must use SERIALIZABLE (a default of READ COMMITTED is refused). PostgreSQL uses READ COMMITTED,
 * with any default.
 *
 * @throws StartRefused one line for the operator; ConnectFailed when no connection is possible; Error for any other kind
 *   of server
 */
export async function connect(options: ConnectOptions): Promise<Database> {
  const connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS_DEFAULT;
  const serverTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS_DEFAULT;
  const poolSize = options.poolSize ?? POOL_SIZE_DEFAULT;
  const statementTimeoutMs = serverTimeoutMs + CLIENT_GRACE_MS;
  const { engine, version } = await askEngine(options.url, connectTimeoutMs);
  requireServerVersion({ engine, version });
  const session = { engine, version, role: options.role };
  const pool = new pg.Pool({
    ...withOptions(options.url, startupOptions(session)),
    max: poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: serverTimeoutMs,
    keepAlive: true,
    types: valueTypes,
    onConnect: (client) => {
      watch(client, (error) => options.onError?.(error));
      return prepareSession(client, session, connectTimeoutMs);
    },
  });
  pool.on('error', () => undefined); // watch() has called onError already

  const run = async (statement: pg.QueryConfig, timeoutMs = statementTimeoutMs) => {
    const client = await checkOut(pool);
    try {
      return await send(client, statement, timeoutMs);
    } finally {
      giveBack(client);
    }
  };
  pool.query = ((statement: string | pg.QueryConfig, values?: unknown[]) =>
    run({ ...(typeof statement === 'string' ? { text: statement } : statement), ...(values && { values }) })) as never;

  const query: RunStatement = async <Row>(
    text: string,
    values?: unknown[],
    { name, timeoutMs }: { name?: string; timeoutMs?: number } = {},
  ) => {
    const result = await run({ text, ...(values && { values }), ...(name !== undefined && { name }) }, timeoutMs);
    return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
  };
  let closing: Promise<void> | undefined;
  const database: Database = {
    engine,
    version,
    url: options.url,
    poolSize,
    query,
    transaction: (work, how) => runTransaction({ pool, engine, statementTimeoutMs }, work, how),
    snapshot: (read, how) => readSnapshot({ pool, engine, statementTimeoutMs }, read, how),
    pool,
    close: () => (closing ??= pool.end()),
  };
  try {
    giveBack(await checkOut(pool)); // the first connection detects a wrong role or isolation
    return database;
  } catch (error) {
    await database.close();
    throw refusedRole(error, options.role) ?? error;
  }
}

/** invalid_parameter_value, undefined_object: no such role, on PostgreSQL and CockroachDB; insufficient_privilege: not a member. */
const ROLE_REFUSED = new Set(['22023', '42704', '42501']);

function refusedRole(error: unknown, role: string | undefined): StartRefused | undefined {
  if (role === undefined || !(error instanceof ConnectFailed) || !ROLE_REFUSED.has(sqlStateOf(error) ?? ''))
    return undefined;
  const { message } = error.cause as Error;
  return new StartRefused(`this login cannot act as ${role} (${message}): run \`tidemark migrate\` first`);
}
