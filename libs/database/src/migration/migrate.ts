import { setTimeout } from 'node:timers/promises';
import { connect, type Database } from '../connect.js';
import { classify, sqlStateOf } from '../classification.js';
import type { Engine } from '../engine.js';
import { StartRefused } from '../errors.js';
import { requireServer } from '../start/require-server.js';
import { Access } from './access.js';
import { ensureDatabase } from './ensure-database.js';
import { acquireLease, CREATE_LEASE_TABLE, LEASE_TIMES, type Lease, type LeaseTimes } from './lease.js';
import { readMigrations, type Migration } from './migration-files.js';
import { readRoles, type Roles } from './roles.js';
import { appliedMigrations, nameOfDatabase, pendingMigrations } from './schema-state.js';

export interface MigrateOptions {
  url: string;
  /** Checked against the server when given. */
  engine?: Engine;
  /** The folder of `NNNN-name.sql` files and, if it has one, `roles.json` ({@link Roles}); or how to choose it once the engine is known. */
  directory: string | ((engine: Engine) => string);
  /** Gets one line for each migration applied, one when it has to wait for another process, one when it repaired roles or grants, and what CockroachDB says of its licence. */
  log?: (line: string) => void;
  leaseTimes?: LeaseTimes;
}

export interface Migrated {
  engine: Engine;
  applied: string[];
  /** The statements that brought roles and grants to what `roles.json` declares; empty when all was there. */
  granted: string[];
  alreadyApplied: number;
}

/** Building an index over a big table may take this long; statements of a migration are not a request's. */
const MIGRATION_STATEMENT_TIMEOUT_MS = 30 * 60_000;
/** One for the statements, one for the lease's renewals beside them. */
const MIGRATION_POOL_SIZE = 2;
/** With the pause, which grows by itself each time, some 3 s in all. */
const RACES_MAX = 8;
const RACE_PAUSE_MS = 100;

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
 * Roles and grants are compared with the declaration each time, not only once: a dump that is restored on another server brings no
 * roles, and on CockroachDB no grants.
 *
 * @throws StartRefused one line, nothing changed: a server that Tidemark cannot run on ({@link requireServer}), a newer schema, a
 *   changed file, a badly named file, roles or grants that this login may not make; otherwise what the database answered,
 *   with the file and the line in the message
 */
export async function migrate(options: MigrateOptions): Promise<Migrated> {
  const log = options.log ?? (() => undefined);
  await requireServer(options.url, { warn: log });
  const engine = await ensureDatabase(options.url);
  if (options.engine !== undefined && options.engine !== engine) {
    throw new StartRefused(`${nameOfDatabase(options.url)} is on ${engine} and not on ${options.engine}`);
  }
  const directory = typeof options.directory === 'string' ? options.directory : options.directory(engine);
  const [known, roles] = await Promise.all([readMigrations(directory), readRoles(directory)]);
  const database = await connect({
    url: options.url,
    applicationName: 'tidemark-migrate',
    poolSize: MIGRATION_POOL_SIZE,
    statementTimeoutMs: MIGRATION_STATEMENT_TIMEOUT_MS,
  });
  try {
    const open = async () => pendingMigrations(known, await appliedMigrations(database), nameOfDatabase(options.url));
    const access = new Access(database, roles);
    // Without a lease first: a start that has nothing to migrate must not wait for one that died with the lease.
    if ((await open()).length > 0) await requireCreate(database);
    else if (await access.isComplete()) return { engine, applied: [], granted: [], alreadyApplied: known.length };
    // Before the tables: what this login may not do, it should find out first.
    const made = await withRaces(() => access.bringRoles());
    for (const table of [CREATE_LEASE_TABLE, CREATE_MIGRATIONS_TABLE]) await withRaces(() => database.query(table));

    const lease = await acquireLease(database, log, options.leaseTimes ?? LEASE_TIMES);
    try {
      const pending = await open();
      for (const migration of pending) {
        await withRaces(() => apply(database, migration, lease, roles));
        log(`applied ${migration.name}`);
      }
      const granted = await withRaces(() => access.bringGrants());
      if (pending.length === 0) log('brought roles and grants to what the schema needs');
      return {
        engine,
        applied: pending.map(({ name }) => name),
        granted: [...made, ...granted],
        alreadyApplied: known.length - pending.length,
      };
    } finally {
      await lease.release().catch(() => undefined); // it runs out by itself, and the first error is the one to tell
    }
  } finally {
    await database.close();
  }
}

/**
 * The roles and grants of a file, which `roles.json` states too: a login that may not create roles has to find them made, and can do
 * without these statements. Files that are applied somewhere cannot lose them any more.
 */
const SAID_BY_ROLES_JSON = /^(GRANT|CREATE ROLE|DO \$\$ BEGIN\s+CREATE ROLE)\b/;

async function apply(database: Database, migration: Migration, lease: Lease, roles: Roles): Promise<void> {
  const declared = Object.keys(roles).length > 0;
  const record = async (client: Pick<Database, 'query'>) => {
    await lease.fence(client);
    await client.query('INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)', [
      migration.name,
      migration.checksum,
    ]);
  };
  const runAll = async (client: Pick<Database, 'query'>) => {
    for (const { text, line } of migration.statements) {
      if (declared && SAID_BY_ROLES_JSON.test(text)) continue;
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

/** @throws StartRefused in one line when this login may not create tables in the schema `public` */
async function requireCreate({ query, url }: Database): Promise<void> {
  const { rows } = await query<{ login: string; may: boolean | null }>(
    `SELECT current_user AS login, (SELECT has_schema_privilege(nspname, 'CREATE') FROM pg_catalog.pg_namespace WHERE nspname = 'public') AS may`,
  );
  const { login, may } = rows[0]!;
  if (may) return;
  throw new StartRefused(
    `${login} may not create tables in ${nameOfDatabase(url)}; its administrator has to run: ` +
      `${may === null ? 'CREATE SCHEMA public; ' : ''}GRANT CREATE ON SCHEMA public TO "${login.replaceAll('"', '""')}"`,
  );
}

function located(error: unknown, where: string): unknown {
  return error instanceof Error ? new Error(`${where}: ${error.message}`, { cause: error }) : error;
}

/**
 * PostgreSQL's catalogs do not wait for one another. Two `CREATE TABLE IF NOT EXISTS` at once can fail with duplicate_table,
 * duplicate_object (the row type) or on a key of `pg_type`, and two GRANTs on a role, which all databases have in common, with
 * XX000 (tuple concurrently updated). CockroachDB shows a role that another process made only after a while: until then it is
 * a duplicate_object for CREATE ROLE and an undefined_object for GRANT.
 */
const CATALOG_RACES = new Set(['42P07', '42710', '42704', '23505', 'XX000']);

/** Tries again after a race: a later attempt sees the other's work. CockroachDB answers 40001. */
async function withRaces<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const raced = classify(error, 'read').class === 'lost_race' || CATALOG_RACES.has(sqlStateOf(error) ?? '');
      if (!raced || attempt >= RACES_MAX) throw error;
      await setTimeout(attempt * RACE_PAUSE_MS);
    }
  }
}
