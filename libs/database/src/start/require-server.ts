import { isMissingDatabase, withClient } from '../ask-engine.js';
import { engineVersion } from '../engine.js';
import { ConnectFailed, StartRefused } from '../errors.js';
import { nameOfDatabase } from '../migration/schema-state.js';
import { requireSerializable } from '../session.js';
import { send, type RunStatement } from '../statement.js';
import { requireClock } from './clock.js';
import { requireLicence } from './licence.js';
import { requirePublicSchema } from './public-schema.js';
import { requireServerVersion } from './server-version.js';

/** Timeout of each step of a start. */
const TIMEOUT_MS = 10_000;

export interface ServerRequirements {
  /** Receives a warning about a condition that will prevent a start later. */
  readonly warn?: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly wallClock?: () => number;
}

/**
 * Checks that Tidemark can run on a server, before anything is changed on it: its version, its default
 * isolation, its clock, its licence, the encoding and the schema of the database. The database of the URL need not exist yet.
 *
 * @throws StartRefused in one line; ConnectFailed
 */
export async function requireServer(url: string, { warn, wallClock }: ServerRequirements = {}): Promise<void> {
  const { engine, at } = await look(url, wallClock).catch((error: unknown) => {
    if (error instanceof ConnectFailed && isMissingDatabase(error.cause))
      return look(url, wallClock, maintenanceUrl(url));
    throw error;
  });
  if (engine === 'cockroach') await requireLicence(at, warn ?? (() => undefined), TIMEOUT_MS);
}

/** A database that every PostgreSQL server has. */
export function maintenanceUrl(url: string): string {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  return maintenance.href;
}

/** @param insteadAt the database to ask if the database of the URL does not exist */
async function look(url: string, wallClock: (() => number) | undefined, insteadAt?: string) {
  return await withClient(insteadAt ?? url, TIMEOUT_MS, async (client) => {
    const query = (async (text: string) => await send(client, { text }, TIMEOUT_MS)) as RunStatement;
    const { rows } = await query<{ version: string; isolation: string; encoding: string }>(
      `SELECT version(), current_setting('default_transaction_isolation') AS isolation,
              current_setting('server_encoding') AS encoding`,
    );
    const [answer] = rows;
    const found = engineVersion(answer!.version);
    requireServerVersion(found);
    // On PostgreSQL each session sets its own level.
    if (found.engine === 'cockroach') requireSerializable(answer!.isolation);
    await requirePublicSchema(url, query);
    if (!insteadAt && answer!.encoding !== 'UTF8') {
      throw new StartRefused(`the encoding of ${nameOfDatabase(url)} is ${answer!.encoding}; Tidemark needs UTF8`);
    }
    await requireClock(query, wallClock);
    return { engine: found.engine, at: insteadAt ?? url };
  });
}
