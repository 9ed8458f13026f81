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

/** Commits looked at for one build in one region: beyond them the number tells nobody more. */
const COMMITS_MAX = 1_000;

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
  const checkpoints = await readCheckpoints(database, region);
  const windows = new Map<string, Commit[]>();
  const counted = new Map<string, { readonly shards: Counted[]; readonly more: boolean }>();
  for (const [build, shards] of checkpoints) {
    // From its own hindmost place: a build that cannot go on must not use up what is counted for the others.
    const after = shards.map(({ cursor }) => cursor).reduce((a, b) => (compareCursors(b, a) < 0 ? b : a));
    const window = `${after.position} ${after.commitId}`;
    const commits = windows.get(window) ?? (await readCommits(database, { region, after, limit: COMMITS_MAX }));
    windows.set(window, commits);
    const seen = new Map(shards.map(({ shard, cursor }) => [shard, cursor]));
    counted.set(build, { shards: countAll(commits, seen), more: commits.length === COMMITS_MAX });
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

function countAll(commits: readonly Commit[], seen: ReadonlyMap<number, LogCursor>): Counted[] {
  const counted = Array.from({ length: SHARDS }, (): Counted => ({ events: 0, oldest: undefined }));
  for (const commit of commits) {
    for (const range of commit.appended) {
      const shard = shardOf(range.walletId);
      const cursor = seen.get(shard);
      if (!cursor || compareCursors(cursor, commit) >= 0) continue;
      counted[shard]!.events += range.lastVersion - range.firstVersion + 1;
      counted[shard]!.oldest ??= range;
    }
  }
  return counted;
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
