import { StartRefused } from '../errors.js';
import type { RunStatement } from '../statement.js';

/**
 * How far this machine's clock may be from the database's. CockroachDB's own nodes may be as far from one another
 * (`--max-offset`, https://www.cockroachlabs.com/docs/stable/cockroach-start): a clock that is further off is not synchronised.
 */
export const CLOCK_DIFFERENCE_MS_MAX = 500;

/**
 * Makes sure that times recorded here and there can be compared. The round trip cannot be mistaken for a difference: only
 * what lies outside the time between question and answer counts.
 *
 * @param wallClock milliseconds since the epoch
 * @throws StartRefused in one line; otherwise what the database answered
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
