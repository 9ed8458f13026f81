import pg from 'pg';
import { engineVersion, type EngineVersion } from './engine.js';
import { ConnectFailed, StartRefused } from './errors.js';
import { MARK, POOLER_REFUSED, questionOptions, withOptions } from './startup-options.js';
import { send, watch } from './statement.js';

/** The message for a database that does not exist yet. */
export const DATABASE_MISSING = 'this database does not exist: run `tidemark migrate` first';

/** PgBouncer's answer to an unknown start-up option. It knows none of ours. */
const PROTOCOL_VIOLATION = '08P01';

/**
 * Asks a server which engine it is, on a separate connection.
 *
 * @param timeoutMs for connecting, and again for the answer
 * @throws StartRefused when the database of the URL does not exist (PostgreSQL only: CockroachDB accepts the session),
 *   or when a connection pooler is in front of it; ConnectFailed when no connection is possible; Error for any other kind of server
 */
export async function askEngine(url: string, timeoutMs: number): Promise<EngineVersion> {
  return await withClient(url, timeoutMs, async (client) => {
    const { rows } = await send<{ version: string; mark: string | null }>(
      client,
      { text: `SELECT version(), current_setting('${MARK.name}', true) AS mark` },
      timeoutMs,
    );
    if (rows[0]!.mark !== MARK.value) throw new StartRefused(POOLER_REFUSED);
    return engineVersion(rows[0]!.version);
  }).catch((error: unknown) => {
    if (error instanceof ConnectFailed && isMissingDatabase(error.cause)) throw new StartRefused(DATABASE_MISSING);
    throw error;
  });
}

/**
 * Runs `work` with one connection outside any pool and closes it afterwards.
 *
 * @throws ConnectFailed when no connection is possible; StartRefused when a connection pooler refuses its settings; otherwise the error of `work`
 */
export async function withClient<T>(
  url: string,
  timeoutMs: number,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...withOptions(url, questionOptions()), connectionTimeoutMillis: timeoutMs });
  watch(client, () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end();
    if ((error as { code?: unknown }).code === PROTOCOL_VIOLATION) throw new StartRefused(POOLER_REFUSED);
    throw new ConnectFailed(error);
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** True for PostgreSQL's answer to a connection to a database that does not exist (3D000, invalid_catalog_name). */
export function isMissingDatabase(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '3D000';
}
