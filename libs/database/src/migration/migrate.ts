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
  /** If given, the server must be this engine. */
  engine?: Engine;
  /** The folder of `NNNN-name.sql` files and, if it has one, `roles.json` ({@link Roles}); or a function from the engine to the folder. */
  directory: string | ((engine: Engine) => string);
  /**
   * Gets a line for each applied migration, when it waits for another process, and when it repaired roles or grants. It also gets
   * CockroachDB's warning about its licence.
   */
  log?: (line: string) => void;
  leaseTimes?: LeaseTimes;
}

export interface Migrated {
  engine: Engine;
  applied: string[];
  /** The statements that created roles and grants of `roles.json`; empty when none was missing. */
  granted: string[];
  alreadyApplied: number;
}

/** To build an index over a big table may take this long. No request waits for a statement of a migration. */
const MIGRATION_STATEMENT_TIMEOUT_MS = 30 * 60_000;
/** One connection for the statements, one for the renewals of the lease at the same time. */
const MIGRATION_POOL_SIZE = 2;
/** With the pause, which grows linearly with each attempt, some 3 s in total. */
const RACES_MAX = 8;
const RACE_PAUSE_MS = 100;

const CREATE_MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  name       text NOT NULL,
  checksum   text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (name)
)`;

/**
 * Migrates a database to the schema of this program, and creates the database first if needed. Any number of processes may
 * call it at once: one migrates, the others wait and then have nothing to do.
 *
 * PostgreSQL: each file is one transaction. CockroachDB: each statement is its own transaction, because DDL inside a transaction
 * is not atomic there. An interrupted file runs again from its start, so its statements must be repeatable
 * (`IF NOT EXISTS`).
 *
 * Roles and grants are compared with the declaration each time: a dump that is restored on another server has no
 * roles, and on CockroachDB no grants.
 *
 * @throws StartRefused one line, nothing changed: a server that Tidemark cannot run on ({@link requireServer}), a newer schema, a
 *   changed file, a badly named file, roles or grants that this login may not create; otherwise the database's error,
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
    // First without a lease: a start with nothing to migrate must not wait for a process that died with the lease.
    if ((await open()).length > 0) await requireCreate(database);
    else if (await access.isComplete()) return { engine, applied: [], granted: [], alreadyApplied: known.length };
    // Before the tables, so that a login without the rights fails before anything is changed.
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
      await lease.release().catch(() => undefined); // the lease runs out by itself, and the first error must be thrown
    }
  } finally {
    await database.close();
  }
}

/**
 * The statements for roles and grants in a file. `roles.json` declares the same ones, so they are skipped: a login that may not create
 * roles could not execute them. They stay in the files, because applied files cannot be changed.
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
 * PostgreSQL does not serialise changes of its catalogs. Two `CREATE TABLE IF NOT EXISTS` at once can fail with duplicate_table,
 * duplicate_object (the row type) or on a key of `pg_type`. All databases share the roles, so two GRANTs on a role can fail with
 * XX000 (tuple concurrently updated). On CockroachDB a role of another process is visible only after some time: until then CREATE ROLE
 * fails with duplicate_object and GRANT with undefined_object.
 */
const CATALOG_RACES = new Set(['42P07', '42710', '42704', '23505', 'XX000']);

/** Tries again after a race: a later attempt sees the changes of the other process. CockroachDB answers 40001. */
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
