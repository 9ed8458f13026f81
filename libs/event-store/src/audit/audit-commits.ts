import type { Engine } from '@tidemark/database';
import { LOOKUP } from '../lookup-join.js';
import type { LogCursor } from '../log-reader.js';
import { POSITION_TYPE, positionOf, type Position } from '../position.js';
import type { AuditReader } from './audit.js';

/** A row of `commits` as it is, whether it can be read or not. */
export interface CommitRow extends LogCursor {
  readonly region: string;
  readonly lane: number;
  /** JSON: `[[walletId, first version, last version], …]` */
  readonly appended: string;
}

interface Row {
  region: string;
  lane: number;
  position: string;
  commit_id: string;
  appended: string;
}

/** The lanes that a region has commits in: those of the writers, and any that should not be there. */
export async function readCommitLanes(reader: AuditReader, region: string): Promise<number[]> {
  const lanes: number[] = [];
  for (;;) {
    const { rows } = await reader.query<{ lane: number }>(NEXT_LANE, [region, lanes.at(-1) ?? LANE_BEFORE_ALL], {
      name: 'audit-next-lane',
    });
    if (!rows[0]) return lanes;
    lanes.push(Number(rows[0].lane));
  }
}

/** One page of a lane's commits up to a position, oldest first: the first `limit` after a cursor. */
export async function readLaneCommits(
  reader: AuditReader,
  {
    region,
    lane,
    after,
    upTo,
    limit,
  }: { region: string; lane: number; after: LogCursor; upTo: Position; limit: number },
): Promise<CommitRow[]> {
  const { rows } = await reader.query<Row>(
    LANE_COMMITS[reader.engine],
    [region, lane, after.position, after.commitId, upTo, limit],
    { name: 'audit-lane-commits' },
  );
  return rows.map((row) => commitOf(reader.engine, row));
}

/** The commits that stand exactly at some positions. */
export async function readCommitsAt(
  reader: AuditReader,
  places: readonly { readonly region: string; readonly lane: number; readonly position: Position }[],
): Promise<CommitRow[]> {
  if (places.length === 0) return [];
  const { rows } = await reader.query<Row>(
    COMMITS_AT[reader.engine],
    [places.map(({ region }) => region), places.map(({ lane }) => lane), places.map(({ position }) => position)],
    { name: 'audit-commits-at' },
  );
  return rows.map((row) => commitOf(reader.engine, row));
}

function commitOf(engine: Engine, { region, lane, position, commit_id, appended }: Row): CommitRow {
  return { region, lane: Number(lane), position: positionOf(engine, position), commitId: commit_id, appended };
}

const LANE_BEFORE_ALL = -32_768; // the least int2

const NEXT_LANE = `
SELECT c.lane FROM commits c WHERE c.region = $1::text AND c.lane > $2::int2 ORDER BY c.lane LIMIT 1`;

const COLUMNS = 'c.region, c.lane, c.position::text AS position, c.commit_id, c.appended';

const LANE_COMMITS: Record<Engine, string> = { cockroach: laneSql('cockroach'), postgres: laneSql('postgres') };

// The position is compared besides the tuple: CockroachDB makes a range of the key of that only.
function laneSql(engine: Engine): string {
  const type = POSITION_TYPE[engine];
  return `
SELECT ${COLUMNS} FROM commits c
WHERE c.region = $1::text AND c.lane = $2::int2 AND c.position >= $3::${type} AND c.position <= $5::${type}
  AND (c.position, c.commit_id) > ($3::${type}, $4::uuid)
ORDER BY c.position, c.commit_id LIMIT $6::int8`;
}

const COMMITS_AT: Record<Engine, string> = { cockroach: atSql('cockroach'), postgres: atSql('postgres') };

function atSql(engine: Engine): string {
  return `
SELECT ${COLUMNS}
FROM unnest($1::text[], $2::int2[], $3::${POSITION_TYPE[engine]}[]) AS p(region, lane, position)
${LOOKUP[engine].inner} commits c ON c.region = p.region AND c.lane = p.lane AND c.position = p.position`;
}
