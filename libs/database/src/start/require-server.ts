import { isMissingDatabase, withClient } from '../ask-engine.js';
import { engineVersion } from '../engine.js';
import { ConnectFailed } from '../errors.js';
import { requireSerializable } from '../session.js';
import { send, type RunStatement } from '../statement.js';
import { requireClock } from './clock.js';
import { requireLicence } from './licence.js';
import { requireServerVersion } from './server-version.js';

/** As long as a start waits for anything. */
const TIMEOUT_MS = 10_000;

export interface ServerRequirements {
  /** Gets a line about what is going to stand against a start one day. */
  readonly warn?: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly wallClock?: () => number;
}

/**
 * Makes sure that a server is one that Tidemark can run on, before anything is changed on it: its version, its default
 * isolation, its clock, its licence. The database of the URL need not exist yet.
 *
 * @throws StartRefused in one line; ConnectFailed
 */
export async function requireServer(url: string, { warn, wallClock }: ServerRequirements = {}): Promise<void> {
  const { engine, at } = await look(url, wallClock).catch((error: unknown) => {
    if (error instanceof ConnectFailed && isMissingDatabase(error.cause)) return look(maintenanceUrl(url), wallClock);
    throw error;
  });
  if (engine === 'cockroach') await requireLicence(at, warn ?? (() => undefined), TIMEOUT_MS);
}

/** A database that is on every PostgreSQL server. */
export function maintenanceUrl(url: string): string {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  return maintenance.href;
}

async function look(url: string, wallClock: (() => number) | undefined) {
  return await withClient(url, TIMEOUT_MS, async (client) => {
    const query = (async (text: string) => await send(client, { text }, TIMEOUT_MS)) as RunStatement;
    const { rows } = await query<{ version: string; isolation: string }>(
      `SELECT version(), current_setting('default_transaction_isolation') AS isolation`,
    );
    const found = engineVersion(rows[0]!.version);
    requireServerVersion(found);
    // On PostgreSQL each session asks for the level it wants.
    if (found.engine === 'cockroach') requireSerializable(rows[0]!.isolation);
    await requireClock(query, wallClock);
    return { engine: found.engine, at: url };
  });
}
