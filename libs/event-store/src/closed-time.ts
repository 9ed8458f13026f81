import type { Database } from '@tidemark/database';
import { positionOf, type Position } from './position.js';

/**
 * An event becomes visible to readers at most this many milliseconds after its recorded time (ADR 11). The same as `flushTimeoutMs`:
 * a flush that takes longer is decided again, with a new time.
 */
export const VISIBLE_WITHIN_MS = 5_000;

type Reader = Pick<Database, 'query' | 'engine'>;

/**
 * Closes the past up to a time: no event with such a recorded time will be committed any more after the returned position.
 * A reader who sees everything up to that position (`isReached`) sees the final state of that time.
 *
 * On CockroachDB this follows from the time alone, because the database refuses an event whose commit timestamp lies further
 * than the bound after its recorded time. On PostgreSQL it is a row: a flush that comes later with an earlier time is refused.
 *
 * @param time ISO 8601, UTC, milliseconds
 * @returns undefined while the time is not yet as old as the bound by the clock of PostgreSQL, or another reader has just closed it:
 *   ask again
 */
export async function closeTime({ engine, query }: Reader, time: string): Promise<Position | undefined> {
  if (engine === 'cockroach') return visibleBy(time);
  const { rows: closed } = await query<Closed>(CLOSED, [time], { name: 'closed-time' });
  if (closed[0]) return positionOf(engine, closed[0].position);
  const { rows } = await query<Closed>(CLOSE, [time, VISIBLE_WITHIN_MS], {
    name: 'close-time',
    timeoutMs: VISIBLE_WITHIN_MS,
  });
  return rows[0] && positionOf(engine, rows[0].position);
}

/** Whether this snapshot has everything up to a position: nothing will ever be committed at or before it that is not in it. */
export async function isReached({ engine, query }: Reader, position: Position): Promise<boolean> {
  const { rows } = await query<{ reached: boolean }>(REACHED[engine], [position], { name: 'is-reached' });
  return rows[0]!.reached;
}

type Closed = { position: string };

const CLOSED = `SELECT t.closed_position::text AS position FROM closed_time t WHERE t.closed_until >= $1::timestamptz`;

// It closes as much as possible, so that readers of similar times find it done. recorded_at becomes null: this is not a flush.
const CLOSE = `
UPDATE closed_time t
SET closed_until = GREATEST($1::timestamptz, clock_timestamp() - $2::int8 * interval '1 millisecond'),
    closed_position = t.position, recorded_at = NULL
WHERE t.closed_until < $1::timestamptz AND clock_timestamp() >= $1::timestamptz + $2::int8 * interval '1 millisecond'
RETURNING t.closed_position::text AS position`;

const REACHED = {
  postgres: `SELECT h.position >= $1::int8 AS reached FROM log_head h`,
  // now() is the transaction's, never later than the timestamp it reads at, but for the rounding to microseconds.
  cockroach: `SELECT (extract(epoch FROM now() - interval '1 microsecond')::decimal * 1000000000) >= $1::decimal AS reached`,
};

/** The last position at which CockroachDB commits a flush whose earliest event was recorded at this time (ISO 8601, UTC, milliseconds). */
export function visibleBy(recordedAt: string): Position {
  const milliseconds = Math.max(0, Date.parse(recordedAt) + VISIBLE_WITHIN_MS);
  return `${String(milliseconds).padStart(13, '0')}000000.0000000000`;
}
