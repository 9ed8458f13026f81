import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import { isPosition, positionOf, type Position } from '../position.js';

/** Sends the statements of an audit. */
export type AuditReader = Pick<Database, 'query' | 'engine'>;

/**
 * A check of the log that takes minutes while the service writes. Only events at or before `position` are checked. The log is
 * complete up to there and insert-only, so these events never change. So each page may be read at another timestamp, and no old
 * snapshot is held.
 */
export interface Audit extends Pick<Database, 'engine'> {
  readonly position: Position;
  /**
   * Runs a page's statements. On CockroachDB all of them read at one timestamp, a little in the past and never before
   * `position`, so that they neither wait for writers nor block them.
   */
  read<T>(work: (reader: AuditReader) => Promise<T>): Promise<T>;
}

/** CockroachDB: how far in the past an audit reads. Clocks of gateways differ by less, and statements in flight have ended. */
const BEHIND_MS = 250;
/** A timestamp is used for one minute, far less than the time that CockroachDB keeps old versions (4 h by default). */
const TIMESTAMP_MS_MAX = 60_000;

/**
 * Begins an audit of everything that is committed now.
 *
 * @param monotonic milliseconds of a monotonic clock
 * @throws whatever the database says
 */
export async function beginAudit(database: Database, monotonic = () => performance.now()): Promise<Audit> {
  const retrying = <T>(work: () => Promise<T>) => retryIdempotent(work, { random: Math.random, sleep });
  if (database.engine === 'postgres') {
    const { rows } = await retrying(() =>
      database.query<{ position: string }>('SELECT position::text AS position FROM log_head'),
    );
    const position = positionOf('postgres', rows[0]!.position);
    return { engine: 'postgres', position, read: (work) => retrying(() => work(database)) };
  }
  const timestamp = async () => {
    const { rows } = await retrying(() => database.query<{ read_at: string }>(TIMESTAMP));
    const found = rows[0]!.read_at;
    if (!isPosition('cockroach', found)) throw new Error(`not a timestamp of CockroachDB: ${found}`);
    return { at: found, since: monotonic() };
  };
  const first = await timestamp();
  let current = first;
  return {
    engine: 'cockroach',
    position: first.at,
    async read(work) {
      if (monotonic() - current.since > TIMESTAMP_MS_MAX) {
        const next = await timestamp();
        if (next.at > current.at) current = next;
      }
      return await retrying(() =>
        database.transaction(
          async ({ query }) => {
            await query(`SET TRANSACTION AS OF SYSTEM TIME ${current.at}`); // takes no placeholder; checked above
            return await work({ query, engine: 'cockroach' });
          },
          { readOnly: true },
        ),
      );
    },
  };
}

const TIMESTAMP = `SELECT (cluster_logical_timestamp() - ${BEHIND_MS * 1_000_000})::decimal(29, 10)::text AS read_at`;
