import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import { isPosition, positionOf, type Position } from '../position.js';

/** What a statement of an audit is sent with. */
export type AuditReader = Pick<Database, 'query' | 'engine'>;

/**
 * A look at the log that lasts for minutes beside a service that writes. Only what stands at or before `position` is
 * judged, and of that nothing appears or goes away later: the log is complete up to there, and insert-only. So each page
 * may be read at a moment of its own, and no old snapshot is held.
 */
export interface Audit extends Pick<Database, 'engine'> {
  readonly position: Position;
  /**
   * Runs a page's statements. On CockroachDB all of them see one moment, a little in the past and never before
   * `position`, so that they neither wait for writers nor make them wait.
   */
  read<T>(work: (reader: AuditReader) => Promise<T>): Promise<T>;
}

/** CockroachDB: how far behind now an audit reads. Gateways' clocks differ by less, and what is in flight has ended. */
const BEHIND_MS = 250;
/** A moment is used for a minute, far less than garbage collection leaves old versions alone (4 h by default). */
const MOMENT_MS_MAX = 60_000;

/**
 * Begins an audit of everything that is committed now.
 *
 * @param monotonic milliseconds that only grow
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
  const moment = async () => {
    const { rows } = await retrying(() => database.query<{ moment: string }>(MOMENT));
    const found = rows[0]!.moment;
    if (!isPosition('cockroach', found)) throw new Error(`not a moment of CockroachDB: ${found}`);
    return { at: found, since: monotonic() };
  };
  const first = await moment();
  let current = first;
  return {
    engine: 'cockroach',
    position: first.at,
    async read(work) {
      if (monotonic() - current.since > MOMENT_MS_MAX) {
        const next = await moment();
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

const MOMENT = `SELECT (cluster_logical_timestamp() - ${BEHIND_MS * 1_000_000})::decimal(29, 10)::text AS moment`;
