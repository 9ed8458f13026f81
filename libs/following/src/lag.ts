import type { Database } from '@tidemark/database';
import {
  compareCursors,
  placeEvents,
  readCommits,
  SHARDS,
  shardOf,
  type AppendedRange,
  type Commit,
  type LogCursor,
} from '@tidemark/event-store';
import { readCheckpoints } from './checkpoints.js';

/** How far something is behind the log. */
export interface Lag {
  /** Events not applied yet, as far as they are counted. */
  readonly events: number;
  /** Whether there are more than `events`. */
  readonly more: boolean;
  /** Age of the oldest of them; 0 when there is none. */
  readonly seconds: number;
}

export const NO_LAG: Lag = { events: 0, more: false, seconds: 0 };

/** Commits that are counted for one build in one region, at most; a larger number would not help anybody. */
const COMMITS_MAX = 1_000;
/**
 * Commits in memory at a time. A flush has 1 MB at most and a row of it 400 B at least, so its commit names 2,600 wallets at most:
 * 100 commits are 30 MB of text at most, and 1,000 would be 300 MB.
 */
const COMMITS_PAGE = 100;

/**
 * How far each build is behind in each shard of a region.
 *
 * @param now milliseconds since the epoch
 * @returns by build (`projection/generation`), 64 lags by shard
 */
export async function lagsOf(
  database: Pick<Database, 'query' | 'engine'>,
  region: string,
  now: number,
): Promise<Map<string, Lag[]>> {
  const builds = [...(await readCheckpoints(database, region))].map(([build, shards]) => ({
    build,
    // Each build counts from its own earliest checkpoint, so that a stuck build does not use up the bound of the others.
    after: shards.map(({ cursor }) => cursor).reduce((a, b) => (compareCursors(b, a) < 0 ? b : a)),
    seen: new Map(shards.map(({ shard, cursor }) => [shard, cursor])),
    shards: Array.from({ length: SHARDS }, (): Counted => ({ events: 0, oldest: undefined })),
  }));
  const counted = new Map<string, { readonly shards: Counted[]; readonly more: boolean }>();
  for (const sameStart of Map.groupBy(builds, ({ after }) => `${after.position} ${after.commitId}`).values()) {
    let left = COMMITS_MAX;
    for await (const page of pagesAfter(database, region, sameStart[0]!.after)) {
      left -= page.length;
      for (const { shards, seen } of sameStart) count(page, seen, shards);
    }
    for (const { build, shards } of sameStart) counted.set(build, { shards, more: left === 0 });
  }
  const oldest = [...counted.values()].flatMap(({ shards }) => shards.flatMap((each) => each.oldest ?? []));
  const times = await recordedAt(database, region, [...new Set(oldest)]);
  const lag = ({ events, oldest: first }: Counted, more: boolean): Lag => {
    const since = first && times.get(nameOf(first));
    return { events, more, seconds: since === undefined ? 0 : Math.max(0, now - Date.parse(since)) / 1_000 };
  };
  return new Map([...counted].map(([build, { shards, more }]) => [build, shards.map((each) => lag(each, more))]));
}

/** The worst of some lags, and all of their events. */
export function together(lags: readonly Lag[]): Lag {
  return lags.reduce(
    (a, b) => ({
      events: a.events + b.events,
      more: a.more || b.more,
      seconds: Math.max(a.seconds, b.seconds),
    }),
    NO_LAG,
  );
}

interface Counted {
  events: number;
  oldest: AppendedRange | undefined;
}

/** The commits of a region after a cursor, at most `COMMITS_MAX`. */
async function* pagesAfter(
  database: Pick<Database, 'query' | 'engine'>,
  region: string,
  cursor: LogCursor,
): AsyncGenerator<readonly Commit[]> {
  for (let [after, read] = [cursor, 0]; read < COMMITS_MAX;) {
    const page = await readCommits(database, { region, after, limit: COMMITS_PAGE });
    yield page;
    if (page.length < COMMITS_PAGE) return;
    after = page.at(-1)!;
    read += page.length;
  }
}

function count(commits: readonly Commit[], seen: ReadonlyMap<number, LogCursor>, counted: readonly Counted[]): void {
  for (const commit of commits) {
    for (const range of commit.appended) {
      const shard = shardOf(range.walletId);
      const cursor = seen.get(shard);
      if (!cursor || compareCursors(cursor, commit) >= 0) continue;
      counted[shard]!.events += range.lastVersion - range.firstVersion + 1;
      counted[shard]!.oldest ??= range;
    }
  }
}

async function recordedAt(
  database: Pick<Database, 'query' | 'engine'>,
  region: string,
  ranges: readonly AppendedRange[],
): Promise<Map<string, string>> {
  if (ranges.length === 0) return new Map();
  const firsts = ranges.map(({ walletId, firstVersion: version }) => ({ region, walletId, version }));
  const events = await placeEvents(database, firsts);
  return new Map(events.map((event) => [nameOf({ ...event, firstVersion: event.version }), event.recordedAt]));
}

function nameOf({ walletId, firstVersion }: Pick<AppendedRange, 'walletId' | 'firstVersion'>): string {
  return `${walletId} ${firstVersion}`;
}
