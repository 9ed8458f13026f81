import pg from 'pg';
import { DATABASE_MISSING, isMissingDatabase } from './ask-engine.js';
import { StartRefused } from './errors.js';
import { MARK, POOLER_REFUSED, roleName, type Session } from './startup-options.js';
import { send } from './statement.js';

/**
 * Sets up a new connection and checks it, before the pool gives it to a caller.
 *
 * @param timeoutMs for each of the one to four statements
 * @throws StartRefused with one line when the settings, the role or the isolation are not in force
 */
export async function prepareSession(client: pg.ClientBase, session: Session, timeoutMs: number): Promise<void> {
  const { engine, role } = session;
  if (engine === 'cockroach') {
    // Buffered writes (on by default from 26.1) read each key under a lock before they insert it; a flush inserts
    // only new keys. Without buffered writes the server spends 60 µs of CPU on a command, not 84. Older servers lack the setting.
    const unbuffered = 'SET kv_transaction_buffered_writes_enabled = off';
    await send(client, { text: unbuffered }, timeoutMs).catch((error: unknown) => {
      if (!(error instanceof pg.DatabaseError)) throw error;
    });
  }
  if (engine === 'cockroach' && role !== undefined) {
    await send(client, { text: `SET ROLE "${roleName(role)}"` }, timeoutMs);
  }
  const { rows } = await send<{ acts_as: string; isolation: string; mark: string | null; waits_for_disk: string }>(
    client,
    {
      text: `SELECT current_user AS acts_as, current_setting('default_transaction_isolation') AS isolation,
                    current_setting('${MARK.name}', true) AS mark, current_setting('synchronous_commit') AS waits_for_disk
             FROM pg_catalog.pg_database WHERE datname = current_database()`,
    },
    timeoutMs,
  ).catch((error: unknown) => {
    // CockroachDB accepts a session for a database that does not exist, until a query reads a catalog.
    throw isMissingDatabase(error) ? new StartRefused(DATABASE_MISSING) : error;
  });
  const found = rows[0];
  if (!found) throw new StartRefused(DATABASE_MISSING);
  if (found.mark !== MARK.value) throw new StartRefused(POOLER_REFUSED);
  if (role !== undefined && found.acts_as !== role) {
    throw new StartRefused(`the session acts as ${found.acts_as} and not as ${role}`);
  }
  if (engine === 'cockroach') requireSerializable(found.isolation);
  else if (found.isolation !== 'read committed') {
    throw new StartRefused(`the session runs ${found.isolation.toUpperCase()} and not READ COMMITTED`);
  }
  // If this is off, a crash of the server loses answered commands. It is no start-up option, so that an operator can set a stricter level.
  if (found.waits_for_disk === 'off') await send(client, { text: 'SET synchronous_commit = on' }, timeoutMs);
}

/**
 * @param isolation the default of a session on CockroachDB, in the server's notation
 * @throws StartRefused in one line when it is not SERIALIZABLE
 */
export function requireSerializable(isolation: string): void {
  if (isolation === 'serializable') return;
  throw new StartRefused(
    `the default isolation of this CockroachDB is ${isolation.toUpperCase()}; Tidemark needs SERIALIZABLE` +
      ' (SET CLUSTER SETTING, ALTER DATABASE or ALTER ROLE … SET default_transaction_isolation)',
  );
}
