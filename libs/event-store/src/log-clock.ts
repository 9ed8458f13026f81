import type { Database } from '@tidemark/database';

/**
 * The time that events are recorded at: this process's clock, and never earlier than the database's was when this process last
 * asked for it. A process asks when the database has refused a flush as recorded too early: its clock may lag.
 */
export class LogClock {
  private known = { atMs: Number.NEGATIVE_INFINITY, monotonicMs: 0 };

  /** @param clock milliseconds since the epoch @param monotonic milliseconds that only ever grow */
  constructor(
    private readonly clock: () => number,
    private readonly monotonic: () => number,
  ) {}

  /** ISO 8601, UTC, milliseconds. */
  now(): string {
    const { atMs, monotonicMs } = this.known;
    return new Date(Math.max(this.clock(), Math.floor(atMs + this.monotonic() - monotonicMs))).toISOString();
  }

  /** Asks the database for its time, or for the first time that it still accepts if that is later. */
  async catchUp({ engine, query }: Pick<Database, 'query' | 'engine'>): Promise<void> {
    const { rows } = await query<{ now: string }>(NOW[engine], [], { name: 'log-time' });
    this.known = { atMs: Date.parse(rows[0]!.now), monotonicMs: this.monotonic() };
  }
}

const NOW = {
  postgres: `SELECT GREATEST(clock_timestamp(), t.closed_until + interval '1 millisecond') AS now FROM closed_time t`,
  cockroach: `SELECT clock_timestamp() AS now`,
};
