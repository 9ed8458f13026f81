import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from './seeded-random.js';

/** One client's connection to an event table. The suite makes unique ids. */
export interface EventWriter {
  /**
   * Appends one event in its own transaction, slowly.
   *
   * @param holdMs how long the transaction stays open after the event got its place (its sequence number, its timestamp), if
   *   this is possible. It makes naive tailers skip events
   * @param clockOffsetMs the error of this client's clock, for tables whose time comes from the client
   */
  append(id: string, options: { readonly holdMs: number; readonly clockOffsetMs: number }): Promise<void>;
  close(): Promise<void>;
}

/** A reader that follows an event table. */
export interface EventTailer {
  /** The ids of the events since the last call, in order, none twice. Empty without new events. */
  tail(): Promise<string[]>;
  close(): Promise<void>;
}

/** An event table and its tailer, to be tested. */
export interface OrderedLog {
  openWriter(): Promise<EventWriter>;
  openTailer(): Promise<EventTailer>;
}

/** The result of a tailer in a run. It conforms if no event is missed, doubled or unordered. */
export interface Conformance {
  readonly written: number;
  /** Committed, but never returned by the tailer. */
  readonly missed: number;
  readonly doubled: number;
  /** Pairs of events where the second was sent after the first was acknowledged, but the tailer returned them in the other order. */
  readonly unordered: number;
  /** An event may be returned before its append is acknowledged, but not if it was never written. */
  readonly invented: number;
}

export interface ConformanceOptions {
  readonly random: SeededRandom;
  readonly writers?: number;
  readonly eventsPerWriter?: number;
}

const WRITERS_DEFAULT = 4;
const EVENTS_DEFAULT = 40;
/** Share of transactions that are much slower than the others, and commit after transactions that began later. */
const SLOW_SHARE = 0.15;
const SLOW_MS_MAX = 80;
const QUICK_MS_MAX = 2;
/** Two of three writers have wrong clocks, with errors that are possible with NTP. */
const CLOCK_OFF_MS_MAX = 60;
const POLL_MS = 2;
/** An event that the tailer has not returned this time after the last commit counts as missed. */
const SETTLE_MS = 300;

/**
 * Runs writers, some of them slow or with wrong clocks, while a tailer polls as fast as it can. It returns the events that the
 * tailer missed, doubled or returned in the wrong order. Works for any tailer of any event table.
 */
export async function ordering(log: OrderedLog, options: ConformanceOptions): Promise<Conformance> {
  const { random, writers = WRITERS_DEFAULT, eventsPerWriter = EVENTS_DEFAULT } = options;
  const spans = new Map<string, { from: number; to: number }>();
  const seen: string[] = [];
  const tailer = await log.openTailer();
  let writing = true;
  const following = (async () => {
    let settledAt = Infinity;
    while (performance.now() < settledAt) {
      seen.push(...(await tailer.tail()));
      if (!writing) settledAt = Math.min(settledAt, performance.now() + SETTLE_MS);
      await sleep(POLL_MS);
    }
  })();
  const write = async (number: number) => {
    const draws = random.fork(`writer ${number}`);
    const clockOffsetMs = draws.chance(2 / 3) ? draws.integer(-CLOCK_OFF_MS_MAX, CLOCK_OFF_MS_MAX) : 0;
    const writer = await log.openWriter();
    for (let i = 0; i < eventsPerWriter; i++) {
      const id = `${number}-${i}`;
      const holdMs = draws.chance(SLOW_SHARE) ? draws.integer(20, SLOW_MS_MAX) : draws.integer(0, QUICK_MS_MAX);
      const from = performance.now();
      await writer.append(id, { holdMs, clockOffsetMs });
      spans.set(id, { from, to: performance.now() });
    }
    await writer.close();
  };
  await Promise.all(Array.from({ length: writers }, (_, number) => write(number)));
  writing = false;
  await following;
  await tailer.close();
  const once = [...new Set(seen)];
  return {
    written: spans.size,
    missed: [...spans.keys()].filter((id) => !once.includes(id)).length,
    doubled: seen.length - once.length,
    unordered: countUnordered(once.flatMap((id) => spans.get(id) ?? [])),
    invented: once.filter((id) => !spans.has(id)).length,
  };
}

/** @throws Error with the number of events, and how many were missed, doubled or out of order */
export function requireConformance({ written, ...faults }: Conformance): void {
  const found = Object.entries(faults).filter(([, count]) => count > 0);
  if (found.length === 0) return;
  throw new Error(`of ${written} events ${found.map(([what, count]) => `${count} ${what}`).join(', ')}`);
}

function countUnordered(spans: readonly { from: number; to: number }[]): number {
  let unordered = 0;
  for (const [i, later] of spans.entries()) {
    for (const earlier of spans.slice(i + 1)) if (earlier.to < later.from) unordered++;
  }
  return unordered;
}
