import type { Database } from '@tidemark/database';
import {
  compareCursors,
  readCommits,
  readRanges,
  shardOf,
  type AppendedRange,
  type Commit,
  type LogCursor,
  type ProjectedEvent,
} from '@tidemark/event-store';

/** Commits read at once, and events written at once: what a page keeps in memory. */
export const PAGE_LIMITS: PageLimits = { commitsMax: 200, eventsMax: 5_000 };

export interface PageLimits {
  readonly commitsMax: number;
  /** A single commit may be larger; it is never split. */
  readonly eventsMax: number;
}

/** What a piece of the log holds of one wallet. */
export interface Stream {
  /** What the commits say was appended, in order. */
  readonly promised: readonly AppendedRange[];
  /** By version. */
  readonly events: ReadonlyMap<number, ProjectedEvent>;
}

/** A piece of a region's log: what comes after a cursor. */
export interface Page {
  readonly after: LogCursor;
  readonly commits: readonly Commit[];
  /** By wallet id, of the shards asked for. */
  readonly streams: ReadonlyMap<string, Stream>;
}

/** The log does not hold what its commits promise. */
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
    limits = PAGE_LIMITS,
  }: { after: LogCursor; until?: LogCursor; shards: ReadonlySet<number>; limits?: PageLimits },
): Promise<Page | undefined> {
  const next = await readCommits(database, { region, after, limit: limits.commitsMax });
  const commits = asManyAsFit(next, limits.eventsMax).filter((each) => !until || compareCursors(each, until) <= 0);
  if (commits.length === 0) return undefined;
  const promised = rangesOf(commits, (walletId) => shards.has(shardOf(walletId)));
  const events = promised.size === 0 ? [] : await readRanges(database, region, [...promised.values()].flat());
  const found = Map.groupBy(events, ({ walletId }) => walletId);
  const streams = new Map(
    [...promised].map(([walletId, ranges]) => {
      const byVersion = new Map((found.get(walletId) ?? []).map((event) => [event.version, event]));
      return [walletId, { promised: ranges, events: byVersion }];
    }),
  );
  return { after, commits, streams };
}

/** What a build that stands further on than the page begins has still to do in a shard: what later commits appended. */
export function promisedAfter({ commits }: Page, cursor: LogCursor, shard: number): Map<string, AppendedRange[]> {
  return rangesOf(
    commits.filter((commit) => compareCursors(commit, cursor) > 0),
    (walletId) => shardOf(walletId) === shard,
  );
}

function rangesOf(commits: readonly Commit[], wanted: (walletId: string) => boolean): Map<string, AppendedRange[]> {
  return commits
    .flatMap(({ appended }) => appended)
    .filter(({ walletId }) => wanted(walletId))
    .reduce(joined, new Map<string, AppendedRange[]>());
}

/** Adds a range to those of its wallet; one that follows the last is joined to it. (A rehoming and back leaves a hole.) */
function joined(ranges: Map<string, AppendedRange[]>, range: AppendedRange): Map<string, AppendedRange[]> {
  const known = ranges.get(range.walletId) ?? [];
  const last = known.at(-1);
  const follows = last !== undefined && last.lastVersion + 1 === range.firstVersion;
  const next = follows ? { ...range, firstVersion: last.firstVersion } : range;
  return ranges.set(range.walletId, [...(follows ? known.slice(0, -1) : known), next]);
}

function asManyAsFit(commits: readonly Commit[], eventsMax: number): readonly Commit[] {
  let events = 0;
  const over = commits.findIndex(({ appended }) => (events += versionsIn(appended)) > eventsMax);
  return over === -1 ? commits : commits.slice(0, Math.max(1, over));
}

function versionsIn(ranges: readonly AppendedRange[]): number {
  return ranges.reduce((all, { firstVersion, lastVersion }) => all + lastVersion - firstVersion + 1, 0);
}
