import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { closeTime, isReached, VISIBLE_WITHIN_MS, type Position } from '@tidemark/event-store';

/** The state at this time is not final yet: events of that time may still be committed. HTTP 409 with `Retry-After`. */
export class TimeNotReached extends Error {
  override readonly name = 'TimeNotReached';

  constructor(
    readonly time: string,
    readonly retryAfterSeconds: number,
  ) {
    const seconds = VISIBLE_WITHIN_MS / 1_000;
    super(`what was recorded up to ${time} is complete ${seconds} s after that time; ask again then`);
  }
}

/** A caller who asks for the present waits until it is closed. One second more is for clocks that differ. */
const WAIT_MS_MAX = VISIBLE_WITHIN_MS + 1_000;
/** Interval of retries while the database's clock is behind this process's clock. */
const LOOK_EVERY_MS = 50;

type Reader = Pick<Database, 'query' | 'engine'>;

/**
 * Reads the state at a time, in one snapshot that has all events up to it. The same read always gives the same answer. Waits
 * while the time is too recent, at most 6 s.
 *
 * @param time ISO 8601, UTC, milliseconds
 * @param read gets the position that everything recorded up to the time lies at or before
 * @throws TimeNotReached
 */
export async function readClosed<T>(
  database: Pick<Database, 'query' | 'engine' | 'snapshot'>,
  time: string,
  read: (reader: Reader, position: Position) => Promise<T>,
): Promise<T> {
  const { engine } = database;
  const giveUpAt = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const position = await closeTime(database, time);
    if (position !== undefined) {
      const found = await database.snapshot(async ({ query }) => {
        const reader = { query, engine };
        return (await isReached(reader, position)) ? { value: await read(reader, position) } : undefined;
      });
      if (found) return found.value;
    }
    const leftMs = Date.parse(time) + VISIBLE_WITHIN_MS - Date.now();
    if (performance.now() + Math.max(leftMs, LOOK_EVERY_MS) > giveUpAt) {
      throw new TimeNotReached(time, Math.max(1, Math.ceil(leftMs / 1_000)));
    }
    await sleep(Math.max(leftMs, LOOK_EVERY_MS));
  }
}

/**
 * The position that everything recorded before a time lies at or before. Undefined for a time that has not passed: a list that ends
 * there is one of the present.
 *
 * @throws TimeNotReached
 */
export async function positionBefore(database: Database, time: string): Promise<Position | undefined> {
  if (Date.parse(time) > Date.now()) return undefined;
  const last = new Date(Date.parse(time) - 1).toISOString();
  return readClosed(database, last, async (_reader, position) => position);
}
