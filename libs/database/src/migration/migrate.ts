import { connect, type Database } from '../connect.js';
import { classify, sqlStateOf } from '../classification.js';
import type { Engine } from '../engine.js';
import { StartRefused } from '../errors.js';
import { requireServer } from '../start/require-server.js';
import { ensureDatabase } from './ensure-database.js';
import { acquireLease, CREATE_LEASE_TABLE, LEASE_TIMES, type Lease, type LeaseTimes } from './lease.js';
import { readMigrations, type Migration } from './migration-files.js';
import { appliedMigrations, nameOfDatabase, pendingMigrations } from './schema-state.js';

export interface MigrateOptions {
  url: string;
  /** Checked against the server when given. */
  engine?: Engine;
  /** The folder of `NNNN-name.sql` files, or how to choose it once the engine is known. */
  directory: string | ((engine: Engine) => string);
  /** Gets one line for each migration applied, one when it has to wait for another process, and what CockroachDB says of its licence. */
  log?: (line: string) => void;
  leaseTimes?: LeaseTimes;
}

export interface Migrated {
  engine: Engine;
  applied: string[];
  alreadyApplied: number;
}

/** Building an index over a big table may take this long; statements of a migration are not a request's. */
const MIGRATION_STATEMENT_TIMEOUT_MS = 30 * 60_000;
/** One for the statements, one for the lease's renewals beside them. */
const MIGRATION_POOL_SIZE = 2;
const RACES_MAX = 5;

const CREATE_MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  name       text NOT NULL,
  checksum   text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (name)
)`;

/**
 * Brings a database to the schema of this program, creating the database first if need be. Any number of processes may
 * call it at once: one works, the others wait and then find nothing to do.
 *
 * PostgreSQL: each file is one transaction. CockroachDB: each statement stands alone, because DDL inside a transaction is
 * not atomic there; a file that was interrupted runs again from its start, so its statements must bear that
 * (`IF NOT EXISTS`).
 *
 * @throws StartRefused one line, nothing changed: a server that Tidemark cannot run on ({@link requireServer}), a newer schema, a
 *   changed file, a badly named file; otherwise what the database answered,
 *   with the file and the line in the message
 */
export async function migrate(options: MigrateOptions): Promise<Migrated> {
  const log = options.log ?? (() => undefined);
  await requireServer(options.url, { warn: log });
  const engine = await ensureDatabase(options.url);
  if (options.engine !== undefined && options.engine !== engine) {
    throw new StartRefused(`${nameOfDatabase(options.url)} is on ${engine} and not on ${options.engine}`);
  }
  const known = await readMigrations(
    typeof options.directory === 'string' ? options.directory : options.directory(engine),
  );
  const database = await connect({
    url: options.url,
    applicationName: 'tidemark-migrate',
    poolSize: MIGRATION_POOL_SIZE,
    statementTimeoutMs: MIGRATION_STATEMENT_TIMEOUT_MS,
  });
  try {
    const open = async () => pendingMigrations(known, await appliedMigrations(database), nameOfDatabase(options.url));
    // Without a lease first: a start that has nothing to migrate must not wait for one that died with the lease.
    if ((await open()).length === 0) return { engine, applied: [], alreadyApplied: known.length };
    for (const table of [CREATE_LEASE_TABLE, CREATE_MIGRATIONS_TABLE]) await withRaces(() => database.query(table));

    const lease = await acquireLease(database, log, options.leaseTimes ?? LEASE_TIMES);
    try {
      const pending = await open();
      for (const migration of pending) {
        await withRaces(() => apply(database, migration, lease));
        log(`applied ${migration.name}`);
      }
      return { engine, applied: pending.map(({ name }) => name), alreadyApplied: known.length - pending.length };
    } finally {
      await lease.release().catch(() => undefined); // it runs out by itself, and the first error is the one to tell
    }
  } finally {
    await database.close();
  }
}

async function apply(database: Database, migration: Migration, lease: Lease): Promise<void> {
  const record = async (client: Pick<Database, 'query'>) => {
    await lease.fence(client);
    await client.query('INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)', [
      migration.name,
      migration.checksum,
    ]);
  };
  const runAll = async (client: Pick<Database, 'query'>) => {
    for (const { text, line } of migration.statements) {
      lease.assertHeld();
      await client.query(text).catch((error: unknown) => {
        throw located(error, `${migration.name}.sql, line ${line}`);
      });
    }
  };
  if (database.engine === 'postgres') {
    await database.transaction(async (client) => {
      await runAll(client);
      await record(client);
    });
  } else {
    await runAll(database);
    await database.transaction(record);
  }
}

function located(error: unknown, where: string): unknown {
  return error instanceof Error ? new Error(`${where}: ${error.message}`, { cause: error }) : error;
}

/**
 * PostgreSQL's catalogs do not wait for one another. Two `CREATE TABLE IF NOT EXISTS` at once can fail with duplicate_table,
 * duplicate_object (the row type) or on a key of `pg_type`, and two GRANTs on a role, which all databases have in common, with
 * XX000 (tuple concurrently updated).
 */
const CATALOG_RACES = new Set(['42P07', '42710', '23505', 'XX000']);

/** Tries again after a race: the next attempt sees the other's work. CockroachDB answers 40001. */
async function withRaces<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const raced = classify(error, 'read').class === 'lost_race' || CATALOG_RACES.has(sqlStateOf(error) ?? '');
      if (!raced || attempt >= RACES_MAX) throw error;
    }
  }
}
