import type { Engine } from '@tidemark/database';

/**
 * A place in the log: an opaque string that orders as the commits do, on either engine. It is the commit timestamp on
 * CockroachDB ("1764000000000000000.0000000001") and the padded number of the commit on PostgreSQL.
 */
export type Position = string;

const POSTGRES_DIGITS = 19; // of the largest int8
const POSTGRES_LAST = '9223372036854775807';

/** Before everything. */
export const LOG_START: Record<Engine, Position> = {
  cockroach: `${'0'.repeat(19)}.${'0'.repeat(10)}`,
  postgres: '0'.repeat(POSTGRES_DIGITS),
};

/** What a position is in the database. */
export const POSITION_TYPE: Record<Engine, string> = { cockroach: 'decimal', postgres: 'int8' };

/** The position that the database wrote as `stored` (int8 or decimal, as text). */
export function positionOf(engine: Engine, stored: string): Position {
  return engine === 'postgres' ? stored.padStart(POSTGRES_DIGITS, '0') : stored;
}

/** Whether a string from outside has the form of this engine's positions. */
export function isPosition(engine: Engine, text: string): boolean {
  if (engine === 'cockroach') return /^\d{19}\.\d{10}$/.test(text);
  return /^\d{19}$/.test(text) && text <= POSTGRES_LAST;
}
