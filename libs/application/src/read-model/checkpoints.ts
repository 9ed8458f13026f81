import type { Database } from '@tidemark/database';
import {
  isPosition,
  LOG_START,
  NO_COMMIT_ID,
  positionOf,
  readCommits,
  readRanges,
  type LogCursor,
  type Position,
} from '@tidemark/event-store';
import { sql, type SQL } from 'drizzle-orm';
import { projectionCheckpoints, projections } from './schema.js';

/** How far a list has followed the log, and how much it has not seen yet. */
export interface AsOf {
  /** Every commit up to here is in the list. */
  readonly position: Position;
  readonly behind: {
    /** Commits after it, counted up to `BEHIND_COMMITS_MAX`. */
    readonly commits: number;
    /** Whether there are more than `commits`. */
    readonly more: boolean;
    /** The age of the oldest of them, to the millisecond; 0 when there is none. */
    readonly seconds: number;
  };
}

/** One region's place in the log. */
export type Checkpoint = LogCursor & { readonly region: string };

/** Beyond this the number tells nobody more, and counting on would read the log. */
export const BEHIND_COMMITS_MAX = 100;

interface StoredCheckpoint {
  region: string;
  position: string;
  commit_id: string;
}

/** Selects the checkpoints of the live build in the statement that reads its rows; for `checkpointsOf`. */
export function checkpointsColumn(): SQL<StoredCheckpoint[] | null> {
  const { projection, generation, region, position, commitId } = projectionCheckpoints;
  return sql`(
    SELECT json_agg(json_build_object('region', ${region}, 'position', ${position}::text, 'commit_id', ${commitId}::text))
    FROM ${projectionCheckpoints}
    WHERE ${projection} = ${projections.name} AND ${generation} = ${projections.liveGeneration})`;
}

/** The checkpoints of some regions; one that no worker has followed yet stands at the start of the log. */
export function checkpointsOf(
  { engine }: Pick<Database, 'engine'>,
  regions: readonly string[],
  stored: readonly StoredCheckpoint[] | null,
): Checkpoint[] {
  return regions.map((region) => {
    const found = stored?.find((checkpoint) => checkpoint.region === region);
    const position = positionOf(engine, found?.position ?? '');
    // CockroachDB prints the zero at the start of the log as 0E-10.
    if (!found || !isPosition(engine, position)) {
      return { region, position: LOG_START[engine], commitId: NO_COMMIT_ID };
    }
    return { region, position, commitId: found.commit_id };
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
    position: checkpoints.map(({ position }) => position).sort()[0] ?? LOG_START[reader.engine],
    behind: {
      commits: Math.min(commits, BEHIND_COMMITS_MAX),
      more: commits > BEHIND_COMMITS_MAX,
      seconds: oldest === undefined ? 0 : Math.max(0, now - Date.parse(oldest)) / 1_000,
    },
  };
}

async function behindOf(
  reader: Pick<Database, 'query' | 'engine'>,
  checkpoint: Checkpoint,
): Promise<{ commits: number; since: string | undefined }> {
  const { region } = checkpoint;
  const commits = await readCommits(reader, { region, after: checkpoint, limit: BEHIND_COMMITS_MAX + 1 });
  const first = commits[0]?.appended[0];
  if (!first) return { commits: commits.length, since: undefined };
  const [event] = await readRanges(reader, region, [{ ...first, lastVersion: first.firstVersion }]);
  return { commits: commits.length, since: event?.recordedAt };
}
