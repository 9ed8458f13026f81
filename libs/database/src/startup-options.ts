import type { EngineVersion } from './engine.js';
import { StartRefused } from './errors.js';

/**
 * Settings of a session that results depend on, or that would end a statement too early. The server, the database, the login, or
 * a login in a database can have another default for each of them.
 */
const BOTH: Readonly<Record<string, string>> = {
  // The text format of values.
  TimeZone: 'UTC', // timestamps are printed in it, see isoInstant
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  // The schema in which names are looked up. Every table of Tidemark is in this schema.
  search_path: 'public',
  default_transaction_read_only: 'off',
  // `statement_timeout` is an option of the pool, and each transaction sets its isolation.
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

const POSTGRES: Readonly<Record<string, string>> = {
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  idle_session_timeout: '0',
  array_nulls: 'on', // with `off`, NULL in an array is the text "NULL"
  transform_null_equals: 'off',
  // With a policy on a table, `on` would silently hide rows. With `off` such a statement fails.
  row_security: 'off',
};
/** This version has one more time-out. Older servers refuse unknown settings. */
const POSTGRES_17: Readonly<Record<string, string>> = { transaction_timeout: '0' };

/** CockroachDB ignores unknown settings. */
const COCKROACH: Readonly<Record<string, string>> = {
  default_transaction_use_follower_reads: 'off', // with `on`, every read is some seconds old
  default_transaction_priority: 'normal',
  idle_in_session_timeout: '0',
  transaction_timeout: '0',
  null_ordered_last: 'off',
  default_int_size: '8',
  // Safeguards for interactive SQL sessions. Each makes correct statements fail.
  sql_safe_updates: 'off',
  disallow_full_table_scans: 'off',
  enforce_home_region: 'off',
  transaction_rows_read_err: '0',
  transaction_rows_written_err: '0',
};

/**
 * A setting without effect on both engines. A session without it did not get the other settings either.
 *
 * @see POOLER_REFUSED
 */
export const MARK = { name: 'tidemark.session', value: 'pinned' } as const;

/** The message for PgBouncer, which does not pass start-up options on. It refuses them, or drops them if it is configured to. */
export const POOLER_REFUSED =
  'a connection pooler (PgBouncer or the like) stands before the database and does not pass on the settings that' +
  " Tidemark's sessions need; connect to the database itself, Tidemark keeps a pool of its own";

/** The session settings of every connection of a pool. */
export interface Session extends EngineVersion {
  role: string | undefined;
}

/**
 * The settings that are sent with the connection request, as `-c name=value` (libpq's `options`). So no statement can
 * run before them, and RESET returns to them.
 */
export function startupOptions({ engine, version, role }: Session): string {
  const settings = {
    ...BOTH,
    ...(engine === 'cockroach' ? COCKROACH : POSTGRES),
    ...(engine === 'postgres' && Number.parseInt(version, 10) >= 17 && POSTGRES_17),
    // CockroachDB 26.1 refuses `role` as a start-up option (55P02), so prepareSession sets it.
    ...(engine === 'postgres' && role !== undefined && { role: roleName(role) }),
  };
  return listed(settings);
}

/**
 * For a connection that asks a server for its engine: only settings of both engines. The search path stays that of the URL. The
 * server's time-outs are switched off, because each query has its own.
 */
export function questionOptions(): string {
  return listed({ ...BOTH, search_path: undefined, statement_timeout: '0' });
}

/** A URL with libpq's `options`: the URL's and ours. Ours come last, so that they win; otherwise the URL's would replace them. */
export function withOptions(url: string, own: string): { connectionString: string; options: string } {
  if (!URL.canParse(url)) return { connectionString: url, options: own };
  const parsed = new URL(url);
  const given = parsed.searchParams.get('options');
  parsed.searchParams.delete('options');
  return { connectionString: parsed.href, options: given === null ? own : `${given} ${own}` };
}

/** Tidemark defines the role names, so a name that needs quoting is a defect. */
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
