import { ConnectFailed, ConnectionLost, QueryTimedOut } from './errors.js';

/**
 * What an error of the database means for the statement that failed (DESIGN §4).
 *
 * - `lost_race`: rolled back because of a concurrent transaction; run the whole decision again
 * - `unique_violation`: a key exists already; `constraint` says which
 * - `ambiguous`: the statement may have been committed; run it again with the same keys on a new connection
 * - `unavailable`: the statement had no effect and may succeed later
 * - `defect`: everything else; never a business rejection
 */
export type ErrorClass = 'lost_race' | 'unique_violation' | 'ambiguous' | 'unavailable' | 'defect';

export interface Classification {
  class: ErrorClass;
  /** Five characters, when the server answered at all. */
  sqlState?: string;
  constraint?: string;
}

/** `cut`: the statement was interrupted. This is `ambiguous` for a write and `unavailable` for a read. */
type Meaning = Exclude<ErrorClass, 'defect'> | 'cut';

// https://www.postgresql.org/docs/current/errcodes-appendix.html and CockroachDB's pgcode package, which agree on these.
const MEANING_OF_SQLSTATE: Readonly<Record<string, Meaning>> = {
  '40001': 'lost_race', // serialization_failure
  '40P01': 'lost_race', // deadlock_detected
  '23505': 'unique_violation',
  '40003': 'ambiguous', // statement_completion_unknown
  '57014': 'cut', // query_canceled: on CockroachDB a time-out replaces 40003
  '57P01': 'cut', // admin_shutdown
  '57P02': 'cut', // crash_shutdown
  '58C00': 'cut', // CockroachDB: a range is unavailable
  '58C01': 'cut', // CockroachDB: the connection between two of its nodes broke during the statement
  XXUUU: 'cut', // CockroachDB errors without a code: mainly a range that lost its quorum
  '57P03': 'unavailable', // cannot_connect_now
  '53100': 'unavailable', // disk_full
  '53200': 'unavailable', // out_of_memory
  '53300': 'unavailable', // too_many_connections
  '53400': 'unavailable', // configuration_limit_exceeded: CockroachDB's own bound on open transactions
  XXC02: 'unavailable', // CockroachDB without a licence key refuses more concurrent transactions, before it executes them
  '25006': 'unavailable', // read_only_sql_transaction: a standby, or a server that ran out of disk
};

const MEANING_OF_SYSTEM_ERROR: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: 'unavailable',
  ENOTFOUND: 'unavailable',
  EAI_AGAIN: 'unavailable',
  ECONNRESET: 'cut',
  ECONNABORTED: 'cut',
  EPIPE: 'cut',
  ETIMEDOUT: 'cut',
};

/** drizzle wraps an error once, and our own errors wrap it once. A longer chain is no database error. */
const CAUSES_FOLLOWED_MAX = 5;

/**
 * Classifies an error by SQLSTATE, constraint name and type, never by message text. Wrapped errors (drizzle's
 * `cause`, our own) are unwrapped. The outermost error that is recognised decides.
 *
 * @param during whether the statement could write: an interrupted write may still have been committed
 */
export function classify(error: unknown, during: 'read' | 'write'): Classification {
  let link: unknown = error;
  for (let followed = 0; followed < CAUSES_FOLLOWED_MAX && link instanceof Error; followed++) {
    const found = recognise(link, during);
    if (found) return found;
    link = link.cause;
  }
  return { class: 'defect' };
}

function recognise(error: Error, during: 'read' | 'write'): Classification | undefined {
  if (error instanceof ConnectFailed) return neverStarted(error);
  if (error instanceof ConnectionLost || error instanceof QueryTimedOut) return { class: whenCut(during) };
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return undefined;
  if (isSqlState(code)) {
    const { constraint } = error as { constraint?: unknown };
    return {
      class: classOf(meaningOfSqlState(code), during),
      sqlState: code,
      ...(typeof constraint === 'string' && constraint !== '' && { constraint }),
    };
  }
  const meaning = MEANING_OF_SYSTEM_ERROR[code];
  return meaning && { class: classOf(meaning, during) };
}

/** The SQLSTATE of the server's answer, also from a wrapped error; undefined without one. */
export function sqlStateOf(error: unknown): string | undefined {
  return classify(error, 'read').sqlState;
}

/** Nothing was sent, so the result is not ambiguous. A refusal that a retry cannot change (password, role) is a defect. */
function neverStarted(error: ConnectFailed): Classification {
  const { code } = (error.cause ?? {}) as { code?: unknown };
  if (typeof code !== 'string' || !isSqlState(code)) return { class: 'unavailable' };
  return { class: classOf(meaningOfSqlState(code), 'read'), sqlState: code };
}

function meaningOfSqlState(code: string): Meaning | undefined {
  return MEANING_OF_SQLSTATE[code] ?? (code.startsWith('08') ? 'cut' : undefined); // 08: connection exceptions
}

function classOf(meaning: Meaning | undefined, during: 'read' | 'write'): ErrorClass {
  return meaning === 'cut' ? whenCut(during) : (meaning ?? 'defect');
}

function whenCut(during: 'read' | 'write'): ErrorClass {
  return during === 'write' ? 'ambiguous' : 'unavailable';
}

/**
 * Most of Node's codes are longer (`ECONNRESET`), but not all (`EPIPE`). Nearly every SQLSTATE has a digit, and Node's codes have none.
 * CockroachDB's XXUUU has no digit, so it is in the table.
 */
function isSqlState(code: string): boolean {
  return Object.hasOwn(MEANING_OF_SQLSTATE, code) || (/^[0-9A-Z]{5}$/.test(code) && /\d/.test(code));
}
