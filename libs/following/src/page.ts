import type { Database } from '@tidemark/database';
import {
  compareCursors,
  readCommits,
  readRangesOfCommits,
  shardOf,
  type AppendedRange,
  type Commit,
  type LogCursor,
  type ProjectedEvent,
} from '@tidemark/event-store';

/** Commits read at once, and events written at once. They bound the memory of a page, with `PAGE_BYTES_MAX` for large events. */
export const PAGE_LIMITS: PageLimits = { commitsMax: 200, eventsMax: 5_000, aheadFrom: 200 };

export interface PageLimits {
  readonly commitsMax: number;
  /** A single commit may be larger; it is never split. */
  readonly eventsMax: number;
  /** Prefetch the next page only while a page of at least this many events is written. Smaller pages mean that there is no lag. */
  readonly aheadFrom: number;
}

/** The part of a page that belongs to one wallet. */
export interface Stream {
  readonly shard: number;
  /** The appended versions by the commits, in order. */
  readonly promised: readonly AppendedRange[];
  /** By version. */
  readonly events: ReadonlyMap<number, ProjectedEvent>;
}

/** A page of a region's log: the commits after a cursor. */
export interface Page {
  readonly after: LogCursor;
  readonly commits: readonly Commit[];
  /** By wallet id, of the shards asked for. */
  readonly streams: ReadonlyMap<string, Stream>;
  readonly events: number;
  /** Of their data. */
  readonly bytes: number;
}

/** An event that a commit names is missing in the log. */
export class LogBroken extends Error {
  override readonly name = 'LogBroken';
}

/**
 * The next page of a region's log.
 *
 * @param until no commit after this one
 * @returns undefined at the end of the log
 */
export async function readPage(
  database: Database,
  region: string,
  {
    after,
    until,
    shards,
    limits,
  }: { after: LogCursor; until?: LogCursor; shards: ReadonlySet<number>; limits: PageLimits },
): Promise<Page | undefined> {
  const next = await readCommits(database, { region, after, limit: limits.commitsMax });
  const wanted = asManyAsFit(next, limits.eventsMax).filter((each) => !until || compareCursors(each, until) <= 0);
  if (wanted.length === 0) return undefined;
  const own = wanted.map(({ appended }) => appended.filter(({ walletId }) => shards.has(shardOf(walletId))));
  const read = await readRangesOfCommits(database, region, own);
  const commits = wanted.slice(0, read.commits);
  const promised = rangesOf(commits, (shard) => shards.has(shard));
  const found = new Map([...promised.keys()].map((walletId) => [walletId, new Map<number, ProjectedEvent>()]));
  for (const event of read.events) found.get(event.walletId)!.set(event.version, event);
  const streams = new Map(
    [...promised].map(([walletId, { shard, promised: ranges }]) => [
      walletId,
      { shard, promised: ranges, events: found.get(walletId)! },
    ]),
  );
  return { after, commits, streams, events: read.events.length, bytes: read.bytes };
}

/** The events of a shard that a build with a later checkpoint than the start of the page still has to apply. */
export function promisedAfter({ commits }: Page, cursor: LogCursor, shard: number): Map<string, Promised> {
  return rangesOf(
    commits.filter((commit) => compareCursors(commit, cursor) > 0),
    (each) => each === shard,
  );
}

/** What commits appended to one wallet. */
type Promised = Pick<Stream, 'shard' | 'promised'>;

function rangesOf(commits: readonly Commit[], wanted: (shard: number) => boolean): Map<string, Promised> {
  const promised = new Map<string, Promised & { promised: AppendedRange[] }>();
  for (const { appended } of commits) {
    for (const range of appended) {
      const known = promised.get(range.walletId);
      const shard = known?.shard ?? shardOf(range.walletId);
      if (known) join(known.promised, range);
      else if (wanted(shard)) promised.set(range.walletId, { shard, promised: [range] });
    }
  }
  return promised;
}

/** Adds a range to those of its wallet; one that follows the last is joined to it. (A rehoming and back leaves a hole.) */
function join(ranges: AppendedRange[], range: AppendedRange): void {
  const last = ranges.at(-1)!;
  if (last.lastVersion + 1 === range.firstVersion) {
    ranges[ranges.length - 1] = { ...range, firstVersion: last.firstVersion };
  } else ranges.push(range);
}

function asManyAsFit(commits: readonly Commit[], eventsMax: number): readonly Commit[] {
  let events = 0;
  const over = commits.findIndex(({ appended }) => (events += versionsIn(appended)) > eventsMax);
  return over === -1 ? commits : commits.slice(0, Math.max(1, over));
}

function versionsIn(ranges: readonly AppendedRange[]): number {
  return ranges.reduce((all, { firstVersion, lastVersion }) => all + lastVersion - firstVersion + 1, 0);
}
