import type { EngineVersion } from './engine.js';
import { StartRefused } from './errors.js';

/**
 * Settings of a session that results depend on, or that would end a statement too early. Every one of them can have another
 * default: of the server, the database, the login or both.
 */
const BOTH: Readonly<Record<string, string>> = {
  // How values are printed and read.
  TimeZone: 'UTC', // timestamps are printed in it, see isoInstant
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  // Where names are looked up. Every table of Tidemark is in this schema.
  search_path: 'public',
  default_transaction_read_only: 'off',
  // `statement_timeout` is an option of the pool, and each transaction names its isolation.
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

const POSTGRES: Readonly<Record<string, string>> = {
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  idle_session_timeout: '0',
  array_nulls: 'on', // off: NULL in an array is the text "NULL"
  transform_null_equals: 'off',
  // With a policy on a table, `on` would hide rows from us without a word. `off` makes such a statement fail.
  row_security: 'off',
};
/** It has one more time-out, and older servers refuse settings that they do not know. */
const POSTGRES_17: Readonly<Record<string, string>> = { transaction_timeout: '0' };

/** CockroachDB ignores settings that its version does not know. */
const COCKROACH: Readonly<Record<string, string>> = {
  default_transaction_use_follower_reads: 'off', // on: every read is some seconds old
  default_transaction_priority: 'normal',
  idle_in_session_timeout: '0',
  transaction_timeout: '0',
  null_ordered_last: 'off',
  default_int_size: '8',
  // Guards for people at a SQL prompt; each makes correct statements fail.
  sql_safe_updates: 'off',
  disallow_full_table_scans: 'off',
  enforce_home_region: 'off',
  transaction_rows_read_err: '0',
  transaction_rows_written_err: '0',
};

/**
 * A setting that means nothing to either engine. A session without it did not get the others either.
 *
 * @see POOLER_REFUSED
 */
export const MARK = { name: 'tidemark.session', value: 'pinned' } as const;

/** The one line for PgBouncer, which does not pass start-up options on: it refuses them, or drops them when told to. */
export const POOLER_REFUSED =
  'a connection pooler (PgBouncer or the like) stands before the database and does not pass on the settings that' +
  " Tidemark's sessions need; connect to the database itself, Tidemark keeps a pool of its own";

/** The session settings of every connection of a pool. */
export interface Session extends EngineVersion {
  role: string | undefined;
}

/**
 * The settings that go with the connection request, as `-c name=value` (libpq's `options`), so that no statement can
 * ever run before them and RESET returns to them.
 */
export function startupOptions({ engine, version, role }: Session): string {
  const settings = {
    ...BOTH,
    ...(engine === 'cockroach' ? COCKROACH : POSTGRES),
    ...(engine === 'postgres' && Number.parseInt(version, 10) >= 17 && POSTGRES_17),
    // CockroachDB 26.1 refuses `role` among the start-up options (55P02); prepareSession sets it.
    ...(engine === 'postgres' && role !== undefined && { role: roleName(role) }),
  };
  return listed(settings);
}

/**
 * For a connection that asks a server what it is: what both engines know. The search path stays the URL's, and no time-out of the
 * server's is in force, because each question has one of its own.
 */
export function questionOptions(): string {
  return listed({ ...BOTH, search_path: undefined, statement_timeout: '0' });
}

/** A URL with libpq's `options`: its own and ours. Ours come last and count; its own would replace them otherwise. */
export function withOptions(url: string, own: string): { connectionString: string; options: string } {
  if (!URL.canParse(url)) return { connectionString: url, options: own };
  const parsed = new URL(url);
  const given = parsed.searchParams.get('options');
  parsed.searchParams.delete('options');
  return { connectionString: parsed.href, options: given === null ? own : `${given} ${own}` };
}

/** Role names are Tidemark's own; anything that would need quoting is a mistake. */
export function roleName(role: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role)) throw new StartRefused(`not the name of a role of Tidemark: ${role}`);
  return role;
}

function listed(settings: Readonly<Record<string, string | undefined>>): string {
  const all: Record<string, string | undefined> = { [MARK.name]: MARK.value, ...settings };
  return Object.entries(all)
    .flatMap(([name, value]) => (value === undefined ? [] : [`-c ${name}=${value.replaceAll(' ', '\\ ')}`]))
    .join(' ');
}
