import { setImmediate as othersFirst, setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import {
  PageSize,
  readEventPage,
  type AppendedRange,
  type EventPlace,
  type ProjectedEvent,
} from '@tidemark/event-store';
import { Decoder, type Folded, foldStream, keyOf, PageLost, park, parkedAmong } from '@tidemark/following';
import { type LinesThere, loadRows, overStrayLines, saveChanges, type WalletRow } from '@tidemark/projections';
import { moveRange, type BuildRange } from './build-ranges.js';

/**
 * Events in memory at a time, twice: those that are folded, and those that are being read meanwhile. Of large ones as many as
 * `PAGE_BYTES_MAX` allows.
 */
export const BUILD_PAGE_EVENTS = 2_000;

/** Events folded in one turn of the event loop, some 2 ms: then other work of this process, such as a request, can run. */
const FOLDED_AT_ONCE = 500;

/** Called before each page: resolves when the rebuild may continue. */
export type Throttle = () => Promise<void>;

/**
 * Builds a range, page by page: reads, folds, and writes the rows and the progress in one transaction. If the worker is
 * killed, another one continues after the last page.
 *
 * @returns whether it was finished; false when stopped by the signal
 * @throws PageLost when another worker has taken the range; ShardFromTheFuture
 */
export async function buildRange(
  database: Database,
  range: BuildRange,
  {
    signal,
    throttle,
    pageEvents = BUILD_PAGE_EVENTS,
    built,
  }: { signal: AbortSignal; throttle: Throttle; pageEvents?: number; built: (events: number) => void },
): Promise<boolean> {
  const { build, region, toWallet: to, upTo } = range;
  const size = new PageSize(pageEvents);
  const read = (after: EventPlace) => readEventPage(database, { region, after, to, upTo, limit: size.events });
  let place = range.at;
  let before = await loadRows(database, build, region, [range.at.walletId]);
  let stuck = (await parkedAmong(database, [build], region, [range.at.walletId])).get(keyOf(build))!;
  for (let next = read(place); ;) {
    const { events, bytes, end: done } = await next;
    size.learn({ events: events.length, bytes });
    const last = events.at(-1);
    const at = last ? { walletId: last.walletId, version: last.version } : place;
    if (signal.aborted) return false;
    if (!done) {
      next = read(at);
      next.catch(() => undefined); // awaited in the next round, if there is one
    }
    const streams = Map.groupBy(events, ({ walletId }) => walletId);
    for (const walletId of stuck) streams.delete(walletId);
    const folded = await foldAll(database, range, streams, before);
    await writeRange(database, { ...range, at: place }, folded, { at, events: events.length, done });
    built(events.length);
    if (done) return true;
    before = carried(folded, before, at.walletId);
    const stuckNow = folded.flatMap((each) => each.stuck?.walletId ?? []);
    stuck = new Set([...stuck, ...stuckNow].filter((walletId) => walletId === at.walletId));
    place = at;
    await throttle();
  }
}

async function foldAll(
  database: Database,
  { build: { projection } }: BuildRange,
  streams: ReadonlyMap<string, readonly ProjectedEvent[]>,
  before: ReadonlyMap<string, WalletRow>,
): Promise<Folded[]> {
  const decoder = new Decoder();
  const folded: Folded[] = [];
  let atOnce = 0;
  for (const [walletId, events] of streams) {
    if ((atOnce += events.length) > FOLDED_AT_ONCE) {
      await othersFirst();
      atOnce = events.length;
    }
    const stream = {
      promised: rangesOf(walletId, events),
      events: new Map(events.map((event) => [event.version, event])),
    };
    folded.push(await foldStream(database, projection, walletId, stream, before.get(walletId), decoder));
  }
  return folded;
}

/** One for all events that follow each other. (A wallet that was elsewhere for a while has a hole.) */
function rangesOf(walletId: string, events: readonly ProjectedEvent[]): AppendedRange[] {
  const [firstVersion, lastVersion] = [events[0]!.version, events.at(-1)!.version];
  if (lastVersion - firstVersion + 1 === events.length) return [{ walletId, firstVersion, lastVersion }];
  return events.map(({ version }) => ({ walletId, firstVersion: version, lastVersion: version }));
}

async function writeRange(
  database: Database,
  range: BuildRange,
  folded: readonly Folded[],
  to: { at: EventPlace; events: number; done: boolean },
): Promise<void> {
  const { build, region } = range;
  const write = (over: LinesThere) =>
    database.transaction(async ({ query }) => {
      const connection = { query, engine: database.engine };
      if (!(await moveRange(connection, range, to))) throw new PageLost('another worker has this range');
      const changes = {
        rows: folded.flatMap(({ row }) => row ?? []),
        lines: folded.flatMap(({ lines }) => lines),
        additions: folded.flatMap(({ additions }) => additions),
      };
      await saveChanges(connection, build, region, changes, over);
      await park(
        connection,
        build,
        region,
        folded.flatMap(({ stuck }) => stuck ?? []),
      );
    });
  await retryIdempotent(() => overStrayLines(write), { random: Math.random, sleep });
}

/** A wallet may go on in the next page: its row as it stands. */
function carried(
  folded: readonly Folded[],
  before: ReadonlyMap<string, WalletRow>,
  walletId: string,
): Map<string, WalletRow> {
  const row = folded.find(({ row: each }) => each?.walletId === walletId)?.row ?? before.get(walletId);
  return new Map(row ? [[walletId, row]] : []);
}
