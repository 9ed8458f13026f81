import type { Database } from '@tidemark/database';
import {
  compareCursors,
  isPosition,
  isReached,
  LOG_START,
  NO_COMMIT_ID,
  positionOf,
  readCommits,
  readFewCommits,
  readRanges,
  SHARDS,
  shardOf,
  type AppendedRange,
  type LogCursor,
  type Position,
} from '@tidemark/event-store';
import type { LiveBuilds } from '@tidemark/projections';
import { sql, type SQL } from 'drizzle-orm';
import { ofBuilds } from './of-builds.js';
import { shardCheckpoints } from './schema.js';

/** The checkpoint of a list, and its lag. */
export interface AsOf {
  /** Every commit up to here is in the list. */
  readonly position: Position;
  readonly behind: {
    /** Commits that are not in it, counted up to `BEHIND_COMMITS_MAX`. */
    readonly commits: number;
    /** Whether there are more than `commits`. */
    readonly more: boolean;
    /** The age of the oldest of them, to the millisecond; 0 when there is none. */
    readonly seconds: number;
  };
}

/** The checkpoints of a region, for each shard. The checkpoint of a shard without events may be older, although it lacks nothing. */
export interface Checkpoint {
  readonly region: string;
  readonly shards: readonly LogCursor[];
}

/** The most commits that are counted. A larger number would read much of the log for no use. */
export const BEHIND_COMMITS_MAX = 100;
/** Shards move on together once a second, so what has to be looked through is what was written in that time. */
const COMMITS_PAGE = 200;

export interface StoredCheckpoint {
  region: string;
  position: string;
  commit_id: string;
  shards: number[];
}

/** Selects the checkpoints of some builds in the statement that reads their rows; for `checkpointsOf`. */
export function checkpointsColumn(
  name: string,
  builds: LiveBuilds,
  regions: readonly string[],
): SQL<StoredCheckpoint[] | null> {
  const { projection, region, position, commitId, shard } = shardCheckpoints;
  return sql`(
    SELECT json_agg(json_build_object('region', c.region, 'position', c.position, 'commit_id', c.commit_id, 'shards', c.shards))
    FROM (
      SELECT ${region} AS region, ${position}::text AS position, ${commitId}::text AS commit_id, array_agg(${shard}) AS shards
      FROM ${shardCheckpoints}
      WHERE ${projection} = ${name} AND (${ofBuilds(shardCheckpoints, builds, regions)})
      GROUP BY ${region}, ${position}, ${commitId}) c)`;
}

/** The checkpoints of some regions; a shard that no worker has followed yet stands at the start of the log. */
export function checkpointsOf(
  { engine }: Pick<Database, 'engine'>,
  regions: readonly string[],
  stored: readonly StoredCheckpoint[] | null,
): Checkpoint[] {
  const start = { position: LOG_START[engine], commitId: NO_COMMIT_ID };
  return regions.map((region) => {
    const shards = Array.from({ length: SHARDS }, () => start);
    for (const group of stored ?? []) {
      const position = positionOf(engine, group.position);
      // CockroachDB prints the zero at the start of the log as 0E-10.
      if (group.region !== region || !isPosition(engine, position)) continue;
      for (const shard of group.shards) shards[Number(shard)] = { position, commitId: group.commit_id };
    }
    return { region, shards };
  });
}

/** @param now milliseconds since the epoch */
export async function asOf(
  reader: Pick<Database, 'query' | 'engine'>,
  checkpoints: readonly Checkpoint[],
  now: number,
): Promise<AsOf> {
  const behind = await Promise.all(checkpoints.map((checkpoint) => behindOf(reader, checkpoint)));
  const commits = behind.reduce((all, { commits }) => all + commits, 0);
  const oldest = behind.flatMap(({ since }) => since ?? []).sort()[0];
  return {
    position: positionIn(behind) ?? LOG_START[reader.engine],
    behind: {
      commits: Math.min(commits, BEHIND_COMMITS_MAX),
      more: commits > BEHIND_COMMITS_MAX,
      seconds: oldest === undefined ? 0 : Math.max(0, now - Date.parse(oldest)) / 1_000,
    },
  };
}

/** A region without lag does not limit the position of the list: then the last commit seen in any region counts. */
function positionIn(behind: readonly Behind[]): Position | undefined {
  const lacking = behind.filter(({ commits }) => commits > 0);
  return lacking.length > 0
    ? lacking.map(({ seen }) => seen).sort()[0]
    : behind
        .map(({ seen }) => seen)
        .sort()
        .at(-1);
}

interface Behind {
  readonly commits: number;
  /** Recorded time of the oldest of them. */
  readonly since: string | undefined;
  /** Up to here nothing is missing. */
  readonly seen: Position;
}

async function behindOf(reader: Pick<Database, 'query' | 'engine'>, checkpoint: Checkpoint): Promise<Behind> {
  const { region } = checkpoint;
  let commits = 0;
  let oldest: AppendedRange | undefined;
  let seen = hindmost(checkpoint).position;
  for await (const { position, missing } of commitsAfter(reader, checkpoint)) {
    if (missing) oldest ??= missing;
    if (missing && ++commits > BEHIND_COMMITS_MAX) break;
    if (!oldest) seen = position;
  }
  if (!oldest) return { commits, since: undefined, seen };
  const [event] = await readRanges(reader, region, [{ ...oldest, lastVersion: oldest.firstVersion }]);
  return { commits, since: event?.recordedAt, seen };
}

/**
 * What a list lacks up to a position: commits, or the `log` itself has not reached the position, so that others may come.
 *
 * @param shard asks about the wallets of that shard only
 */
export async function lacks(
  { engine, snapshot }: Pick<Database, 'engine' | 'snapshot'>,
  checkpoint: Checkpoint,
  position: Position,
  shard?: number,
): Promise<'nothing' | 'commits' | 'log'> {
  const asked = shard === undefined ? checkpoint : { ...checkpoint, shards: only(checkpoint, shard) };
  if (hindmost(asked).position > position) return 'nothing';
  // One snapshot: commits that were read before the log reached the position would not be all.
  return snapshot(async ({ query }) => {
    const reader = { query, engine };
    if (!(await isReached(reader, position))) return 'log';
    for await (const commit of commitsAfter(reader, asked)) {
      if (commit.position > position) break;
      if (commit.missing) return 'commits';
    }
    return 'nothing';
  });
}

/** The commits after the hindmost shard, and of each a range that its own shard has not seen, if there is one. */
async function* commitsAfter(
  reader: Pick<Database, 'query' | 'engine'>,
  checkpoint: Checkpoint,
): AsyncGenerator<{ position: Position; missing: AppendedRange | undefined }> {
  const { region, shards } = checkpoint;
  const few = await readFewCommits(reader, { region, after: hindmost(checkpoint), limit: COMMITS_PAGE });
  for (let after = hindmost(checkpoint); ;) {
    const commits = few ?? (await readCommits(reader, { region, after, limit: COMMITS_PAGE }));
    for (const commit of commits) {
      const missing = commit.appended.find(({ walletId }) => compareCursors(shards[shardOf(walletId)]!, commit) < 0);
      yield { position: commit.position, missing };
    }
    if (few || commits.length < COMMITS_PAGE) return;
    after = commits.at(-1)!;
  }
}

/** As if every other shard had seen everything. */
function only({ shards }: Checkpoint, shard: number): LogCursor[] {
  return shards.map((cursor, i) => (i === shard ? cursor : END));
}

const END: LogCursor = { position: '~', commitId: '' };

function hindmost({ shards }: Checkpoint): LogCursor {
  return shards.reduce((a, b) => (compareCursors(b, a) < 0 ? b : a));
}
