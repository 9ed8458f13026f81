import { isMissingDatabase, withClient } from '../ask-engine.js';
import { sqlStateOf } from '../classification.js';
import { engineVersion, type Engine } from '../engine.js';
import { ConnectFailed } from '../errors.js';
import { maintenanceUrl } from '../start/require-server.js';
import { send } from '../statement.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** CREATE DATABASE copies a template, and on CockroachDB waits for a schema change. */
const CREATE_TIMEOUT_MS = 60_000;
const ATTEMPTS_MAX = 5;

/** duplicate_database; the same seen as a unique violation; object_in_use: another process is copying the template. */
const SOMEBODY_ELSE_CREATES = new Set(['42P04', '23505', '55006', '40001']);

/**
 * Independent of the server's default database: a server without a locale has SQL_ASCII. Texts are ordered by their bytes, as
 * on CockroachDB, and an upgrade of the system's locales cannot change the order of an index.
 */
const LIKE_COCKROACH = `TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'`;

/**
 * Creates the database of a URL if it does not exist, and returns its engine. Safe when several processes
 * do it at once.
 *
 * @throws ConnectFailed when the server cannot be reached; pg.DatabaseError when the login may not create databases
 */
export async function ensureDatabase(url: string): Promise<Engine> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  for (let attempt = 1; ; attempt++) {
    try {
      return await withClient(url, CONNECT_TIMEOUT_MS, async (client) => {
        const { rows } = await send<{ version: string }>(client, { text: 'SELECT version()' }, CONNECT_TIMEOUT_MS);
        const { engine } = engineVersion(rows[0]!.version);
        // CockroachDB accepts a session for a database that does not exist.
        if (engine === 'cockroach' && name !== '') {
          // If this is on, each statement reads the past and cannot write.
          await send(client, { text: 'SET default_transaction_use_follower_reads = off' }, CONNECT_TIMEOUT_MS);
          await create(client, `CREATE DATABASE IF NOT EXISTS ${quoted(name)}`);
        }
        return engine;
      });
    } catch (error) {
      const missing = error instanceof ConnectFailed && isMissingDatabase(error.cause);
      const raced = SOMEBODY_ELSE_CREATES.has(sqlStateOf(error) ?? '');
      if (attempt >= ATTEMPTS_MAX || !(missing || raced)) throw error;
      if (missing) await createOnPostgres(url, name);
    }
  }
}

async function createOnPostgres(url: string, name: string): Promise<void> {
  try {
    await withClient(maintenanceUrl(url), CONNECT_TIMEOUT_MS, async (client) => {
      // PostgreSQL 17 has this setting. Older versions would refuse a SET.
      const noTimeout = `SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout'`;
      await send(client, { text: noTimeout }, CONNECT_TIMEOUT_MS);
      await create(client, `CREATE DATABASE ${quoted(name)} ${LIKE_COCKROACH}`);
    });
  } catch (error) {
    if (!SOMEBODY_ELSE_CREATES.has(sqlStateOf(error) ?? '')) throw error;
  }
}

async function create(client: Parameters<typeof send>[0], text: string): Promise<void> {
  await send(client, { text }, CREATE_TIMEOUT_MS);
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
