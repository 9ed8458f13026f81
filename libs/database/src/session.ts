import pg from 'pg';
import { DATABASE_MISSING, isMissingDatabase } from './ask-engine.js';
import type { Engine } from './engine.js';
import { StartRefused } from './errors.js';
import { send } from './statement.js';

/** What every connection of a pool has to be. */
export interface Session {
  engine: Engine;
  role: string | undefined;
}

/**
 * The settings that go with the connection request, as `-c name=value` (libpq's `options`), so that no statement can
 * ever run before them and RESET returns to them.
 */
export function startupOptions({ engine, role }: Session): string {
  const settings: [string, string][] = [
    ['TimeZone', 'UTC'], // timestamps are printed in it, see isoInstant
    ['DateStyle', 'ISO'],
  ];
  if (engine === 'postgres') {
    settings.push(['default_transaction_isolation', 'read\\ committed']);
    if (role !== undefined) settings.push(['role', roleName(role)]);
  }
  return settings.map(([name, value]) => `-c ${name}=${value}`).join(' ');
}

/**
 * Makes a new connection what it has to be and checks it, before the pool hands it to anyone.
 *
 * CockroachDB 26.1 refuses `role` among the start-up options (55P02), hence SET ROLE here.
 *
 * @param timeoutMs for each of the one to three statements that this takes
 * @throws StartRefused with one line when the role or the isolation is not in force
 */
export async function prepareSession(client: pg.ClientBase, session: Session, timeoutMs: number): Promise<void> {
  const { engine, role } = session;
  if (engine === 'cockroach') {
    // Buffered writes (on by default from 26.1) read each key under a lock before they insert it; a flush only ever
    // inserts new keys. Without them the server spends 60 µs of CPU on a command instead of 84. Older servers lack it.
    const unbuffered = 'SET kv_transaction_buffered_writes_enabled = off';
    await send(client, { text: unbuffered }, timeoutMs).catch((error: unknown) => {
      if (!(error instanceof pg.DatabaseError)) throw error;
    });
  }
  if (engine === 'cockroach' && role !== undefined) {
    await send(client, { text: `SET ROLE "${roleName(role)}"` }, timeoutMs);
  }
  const { rows } = await send<{ acts_as: string; isolation: string }>(
    client,
    {
      text: `SELECT current_user AS acts_as, current_setting('default_transaction_isolation') AS isolation
             FROM pg_catalog.pg_database WHERE datname = current_database()`,
    },
    timeoutMs,
  ).catch((error: unknown) => {
    // CockroachDB lets a session into a database that does not exist, until it asks for a catalog.
    throw isMissingDatabase(error) ? new StartRefused(DATABASE_MISSING) : error;
  });
  const found = rows[0];
  if (!found) throw new StartRefused(DATABASE_MISSING);
  if (role !== undefined && found.acts_as !== role) {
    throw new StartRefused(`the session acts as ${found.acts_as} and not as ${role}`);
  }
  if (engine === 'cockroach') requireSerializable(found.isolation);
  else if (found.isolation !== 'read committed') {
    throw new StartRefused(`the session runs ${found.isolation.toUpperCase()} and not READ COMMITTED`);
  }
}

/**
 * @param isolation the default of a session on CockroachDB, as the server names it
 * @throws StartRefused in one line when it is any but SERIALIZABLE
 */
export function requireSerializable(isolation: string): void {
  if (isolation === 'serializable') return;
  throw new StartRefused(
    `the default isolation of this CockroachDB is ${isolation.toUpperCase()}; Tidemark needs SERIALIZABLE` +
      ' (SET CLUSTER SETTING, ALTER DATABASE or ALTER ROLE … SET default_transaction_isolation)',
  );
}

/** Role names are Tidemark's own; anything that would need quoting is a mistake. */
function roleName(role: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role)) throw new StartRefused(`not the name of a role of Tidemark: ${role}`);
  return role;
}
