import { StartRefused } from '../errors.js';
import type { RunStatement } from '../statement.js';

/**
 * Maximum difference between this machine's clock and the database's. CockroachDB allows the same between its nodes
 * (`--max-offset`, https://www.cockroachlabs.com/docs/stable/cockroach-start). A larger difference means an unsynchronised clock.
 */
export const CLOCK_DIFFERENCE_MS_MAX = 500;

/**
 * Checks that times of this machine and of the database can be compared. The round trip does not count as a difference: the
 * database's time only has to be between the sending of the query and its answer.
 *
 * @param wallClock milliseconds since the epoch
 * @throws StartRefused in one line; otherwise the database's error
 */
export async function requireClock(query: RunStatement, wallClock: () => number = Date.now): Promise<void> {
  const askedAt = wallClock();
  const { rows } = await query<{ now: string }>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS now');
  const answeredAt = wallClock();
  const theirs = Number(rows[0]!.now);
  const behind = Math.max(0, theirs - answeredAt);
  const ahead = Math.max(0, askedAt - theirs);
  if (Math.max(behind, ahead) <= CLOCK_DIFFERENCE_MS_MAX) return;
  throw new StartRefused(
    `this machine's clock is ${Math.round(behind || ahead)} ms ${behind > 0 ? 'behind' : 'ahead of'} the database's, and` +
      ` ${CLOCK_DIFFERENCE_MS_MAX} ms are allowed: synchronise both (chrony, NTP)`,
  );
}
