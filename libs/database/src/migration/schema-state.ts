import type { Database } from '../connect.js';
import { StartRefused } from '../errors.js';
import { requireGrants } from './access.js';
import { readMigrations, type Migration } from './migration-files.js';
import { readRoles } from './roles.js';

/**
 * Compares the migrations that a database has with those of this program.
 *
 * @returns the migrations that are not applied yet, in order
 * @throws StartRefused when the database is newer than the program or an applied file was changed afterwards
 */
export function pendingMigrations(
  known: readonly Migration[],
  applied: ReadonlyMap<string, string>,
  database: string,
): Migration[] {
  const names = new Set(known.map(({ name }) => name));
  const unknown = [...applied.keys()].filter((name) => !names.has(name)).sort();
  if (unknown.length > 0) {
    throw new StartRefused(
      `the schema of ${database} is newer than this program, which does not know ${unknown.join(', ')}`,
    );
  }
  const changed = known.filter(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum);
  if (changed.length > 0) {
    const list = changed.map(({ name }) => name).join(', ');
    throw new StartRefused(
      `${list} was changed after it had been applied to ${database}; write a new migration instead`,
    );
  }
  return known.filter(({ name }) => !applied.has(name));
}

/** Reads the applied migrations: name → checksum. Empty when the database has never been migrated. */
export async function appliedMigrations(database: Pick<Database, 'query'>): Promise<Map<string, string>> {
  const table = await database.query<{ found: string | null }>(
    `SELECT to_regclass('schema_migrations')::text AS found`, // works on both engines
  );
  if ((table.rows[0]?.found ?? null) === null) return new Map();
  const { rows } = await database.query<{ name: string; checksum: string }>(
    'SELECT name, checksum FROM schema_migrations',
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

/**
 * Checks that a database has exactly the schema of this program, for a process that does not migrate itself. Needs
 * SELECT on `schema_migrations`.
 *
 * @throws StartRefused one line: newer, changed, not migrated yet, or a role that lacks grants
 */
export async function requireSchema(database: Database, directory: string): Promise<void> {
  const name = nameOfDatabase(database.url);
  await requireGrants(database, await readRoles(directory));
  const pending = pendingMigrations(await readMigrations(directory), await appliedMigrations(database), name);
  if (pending.length > 0) {
    const list = pending.map((migration) => migration.name).join(', ');
    throw new StartRefused(`${name} lacks ${list}: run \`tidemark migrate\` first`);
  }
}

/** The database of a URL. Without one, the engine's default: the user's name or `defaultdb`. */
export function nameOfDatabase(url: string): string {
  return URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.slice(1)) || 'the default database' : url;
}
