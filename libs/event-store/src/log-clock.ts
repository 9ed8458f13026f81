import type { Database } from '@tidemark/database';

/**
 * The recorded time of events: this process's clock, but never earlier than the time that it last read from the database. A process
 * reads the database's time when the database has refused a flush as recorded too early, because its own clock may be behind.
 */
export class LogClock {
  private known = { atMs: Number.NEGATIVE_INFINITY, monotonicMs: 0 };

  /** @param clock milliseconds since the epoch @param monotonic milliseconds of a monotonic clock */
  constructor(
    private readonly clock: () => number,
    private readonly monotonic: () => number,
  ) {}

  /** ISO 8601, UTC, milliseconds. */
  now(): string {
    const { atMs, monotonicMs } = this.known;
    return new Date(Math.max(this.clock(), Math.floor(atMs + this.monotonic() - monotonicMs))).toISOString();
  }

  /** Reads the database's time, or the first time that it still accepts, if that is later. */
  async catchUp({ engine, query }: Pick<Database, 'query' | 'engine'>): Promise<void> {
    const { rows } = await query<{ now: string }>(NOW[engine], [], { name: 'log-time' });
    this.known = { atMs: Date.parse(rows[0]!.now), monotonicMs: this.monotonic() };
  }
}

const NOW = {
  postgres: `SELECT GREATEST(clock_timestamp(), t.closed_until + interval '1 millisecond') AS now FROM closed_time t`,
  cockroach: `SELECT clock_timestamp() AS now`,
};
