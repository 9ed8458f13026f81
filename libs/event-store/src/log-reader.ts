import type { Database, Engine } from '@tidemark/database';
import { COMMIT_LANES } from './environment.js';
import { LOOKUP } from './lookup-join.js';
import {
  packedEvents,
  packedUpTo,
  readAsManyAsFit,
  SEPARATOR,
  unpackedEvents,
  type BoundedEvents,
  type PackedEvents,
  type ProjectedEvent,
} from './packed-events.js';
import { PAGE_BYTES_MAX } from './page-bytes.js';
import { POSITION_TYPE, positionOf, type Position } from './position.js';
import { EVENT_COLUMNS, rowToEvent, type EventRow, type RecordedEvent } from './recorded-event.js';

/** The cursor of a tailer: position and id of the last commit that it has seen. Two commits may have equal positions. */
export interface LogCursor {
  readonly position: Position;
  readonly commitId: string;
}

export const NO_COMMIT_ID = '00000000-0000-0000-0000-000000000000';

/** Negative, zero or positive when the first is before, equal to or after the second. */
export function compareCursors(a: LogCursor, b: LogCursor): number {
  if (a.position !== b.position) return a.position < b.position ? -1 : 1;
  return a.commitId < b.commitId ? -1 : a.commitId > b.commitId ? 1 : 0;
}

/** The versions that one commit appended to one wallet. */
export interface AppendedRange {
  readonly walletId: string;
  readonly firstVersion: number;
  readonly lastVersion: number;
}

export interface Commit extends LogCursor {
  readonly region: string;
  readonly appended: readonly AppendedRange[];
}

type Reader = Pick<Database, 'query' | 'engine'>;

/**
 * The commits of a region after a cursor, oldest first. What is returned is complete: nothing will ever be committed at
 * or before the last of them any more, because positions become visible in their own order.
 *
 * @param limit maximum number of commits
 */
export async function readCommits(
  reader: Reader,
  { region, after, limit }: { region: string; after: LogCursor; limit: number },
): Promise<Commit[]> {
  const { rows } = await reader.query<CommitRow>(
    READ_COMMITS[reader.engine],
    [region, after.position, after.commitId, limit],
    { name: 'read-commits' },
  );
  return rows.map((row) => commitOf(reader, region, row));
}

/**
 * All commits of a region after a cursor, like `readCommits`, where they are few: undefined where there are more than `limit`. Of
 * a region far away CockroachDB reads them in one round trip, and those of `readCommits` in one for each lane.
 */
export async function readFewCommits(
  reader: Reader,
  { region, after, limit }: { region: string; after: LogCursor; limit: number },
): Promise<Commit[] | undefined> {
  const { rows } = await reader.query<CommitRow>(
    READ_FEW_COMMITS[reader.engine],
    [region, after.position, after.commitId, limit + 1],
    { name: 'read-few-commits' },
  );
  return rows.length > limit ? undefined : rows.map((row) => commitOf(reader, region, row));
}

type CommitRow = { position: string; commit_id: string; appended: string };

function commitOf({ engine }: Reader, region: string, { position, commit_id, appended }: CommitRow): Commit {
  return {
    region,
    position: positionOf(engine, position),
    commitId: commit_id,
    appended: (JSON.parse(appended) as [string, number, number][]).map(([walletId, firstVersion, lastVersion]) => ({
      walletId,
      firstVersion,
      lastVersion,
    })),
  };
}

/** All events of some ranges of one region, in the order of their key. */
export async function readRanges(
  reader: Reader,
  region: string,
  ranges: readonly AppendedRange[],
): Promise<ProjectedEvent[]> {
  const { rows } = await reader.query<PackedEvents>(READ_RANGES[reader.engine], valuesOf(region, ranges), {
    name: 'read-ranges',
  });
  return unpackedEvents(reader.engine, region, rows[0]);
}

function valuesOf(region: string, ranges: readonly AppendedRange[]): unknown[] {
  return [
    SEPARATOR,
    region,
    ranges.map(({ walletId }) => walletId),
    ranges.map(({ firstVersion }) => firstVersion),
    ranges.map(({ lastVersion }) => lastVersion),
  ];
}

/**
 * The events of as many leading commits as fit into `PAGE_BYTES_MAX`; those of the first always do.
 *
 * @param commits for each commit the ranges that are wanted of it
 * @returns the events in the order of their key, and of how many commits they are
 */
export async function readRangesOfCommits(
  reader: Reader,
  region: string,
  commits: readonly (readonly AppendedRange[])[],
): Promise<{ readonly events: ProjectedEvent[]; readonly bytes: number; readonly commits: number }> {
  const { row, parts } = await readAsManyAsFit(commits.length, async (size) => {
    const ranges = joined(commits.slice(0, size));
    if (ranges.length === 0) return { packed: null, events: '0', bytes: null };
    const { rows } = await reader.query<BoundedEvents>(
      READ_RANGES_OF_COMMITS[reader.engine],
      [...valuesOf(region, ranges), PAGE_BYTES_MAX],
      { name: 'read-ranges-of-commits' },
    );
    return rows[0]!;
  });
  return { events: unpackedEvents(reader.engine, region, row), bytes: Number(row.bytes ?? 0), commits: parts };
}

/** Joins versions that follow one another into one range. (A wallet that left the region and returned has a gap.) */
function joined(commits: readonly (readonly AppendedRange[])[]): AppendedRange[] {
  const byWallet = new Map<string, AppendedRange[]>();
  for (const range of commits.flat()) {
    const ranges = byWallet.get(range.walletId);
    if (!ranges) byWallet.set(range.walletId, [range]);
    else if (ranges.at(-1)!.lastVersion + 1 !== range.firstVersion) ranges.push(range);
    else ranges.push({ ...range, firstVersion: ranges.pop()!.firstVersion });
  }
  return [...byWallet.values()].flat();
}

/** One page of a wallet's events, from whichever regions it has lived in, `after < version`, in order. Empty for a wallet that does not exist. */
export async function readWalletEvents(
  reader: Reader,
  { walletId, after, limit }: { walletId: string; after: number; limit: number },
): Promise<RecordedEvent[]> {
  const { rows } = await reader.query<EventRow>(READ_WALLET_EVENTS[reader.engine], [walletId, after, limit], {
    name: 'read-wallet-events',
  });
  return rows.map((row) => rowToEvent(reader.engine, row));
}

const LANES = Array.from({ length: COMMIT_LANES }, (_, lane) => lane);

// Reads each lane in the order of its key and merges the results. Sorting all remaining commits would cost more the more a tailer
// lags. The position is compared in addition to the tuple, because only then does CockroachDB scan a range of the key.
const READ_COMMITS = {
  postgres: readCommitsSql(POSITION_TYPE.postgres),
  cockroach: readCommitsSql(POSITION_TYPE.cockroach),
};

function readCommitsSql(positionType: string): string {
  const ofLane = (lane: number) => `
  (SELECT c.position, c.commit_id, c.appended
   FROM commits c
   WHERE c.region = $1::text AND c.lane = ${lane}
     AND c.position >= $2::${positionType} AND (c.position, c.commit_id) > ($2::${positionType}, $3::uuid)
   ORDER BY c.position, c.commit_id
   LIMIT $4::int8)`;
  return `
SELECT c.position::text AS position, c.commit_id, c.appended
FROM (${LANES.map(ofLane).join(' UNION ALL ')}) c
ORDER BY c.position, c.commit_id
LIMIT $4::int8`;
}

const READ_FEW_COMMITS = {
  postgres: readFewCommitsSql(POSITION_TYPE.postgres),
  cockroach: readFewCommitsSql(POSITION_TYPE.cockroach),
};

// LIMIT runs before ORDER BY here, so only the page is sorted.
function readFewCommitsSql(positionType: string): string {
  return `
SELECT c.position::text AS position, c.commit_id, c.appended
FROM (
  SELECT c.position, c.commit_id, c.appended
  FROM commits c
  WHERE c.region = $1::text AND c.lane IN (${LANES.join(', ')})
    AND c.position >= $2::${positionType} AND (c.position, c.commit_id) > ($2::${positionType}, $3::uuid)
  LIMIT $4::int8) c
ORDER BY c.position, c.commit_id`;
}

/** The last commit of a region, undefined before the first. @param upTo none after this position */
export async function readHead(reader: Reader, region: string, upTo?: Position): Promise<LogCursor | undefined> {
  const { rows } = await reader.query<{ position: string; commit_id: string }>(
    upTo === undefined ? readHeadSql('') : readHeadSql(`AND c.position <= $2::${POSITION_TYPE[reader.engine]}`),
    [region, ...(upTo === undefined ? [] : [upTo])],
    { name: upTo === undefined ? 'read-head' : 'read-head-up-to' },
  );
  return rows[0] && { position: positionOf(reader.engine, rows[0].position), commitId: rows[0].commit_id };
}

function readHeadSql(bound: string): string {
  const ofLane = (lane: number) => `
  (SELECT c.position, c.commit_id FROM commits c WHERE c.region = $1::text AND c.lane = ${lane} ${bound}
   ORDER BY c.position DESC, c.commit_id DESC LIMIT 1)`;
  return `
SELECT c.position::text AS position, c.commit_id
FROM (${LANES.map(ofLane).join(' UNION ALL ')}) c
ORDER BY c.position DESC, c.commit_id DESC
LIMIT 1`;
}

const READ_RANGES: Record<Engine, string> = {
  cockroach: readRangesSql('cockroach', packedEvents('e')),
  postgres: readRangesSql('postgres', packedEvents('e')),
};

const READ_RANGES_OF_COMMITS: Record<Engine, string> = {
  cockroach: readRangesSql('cockroach', packedUpTo('e', '$6::int8')),
  postgres: readRangesSql('postgres', packedUpTo('e', '$6::int8')),
};

function readRangesSql(engine: Engine, packed: string): string {
  return `
SELECT ${packed}
FROM unnest($3::text[], $4::int8[], $5::int8[]) AS r(wallet_id, first_version, last_version)
${LOOKUP[engine].inner} wallet_events e
  ON e.region = $2::text AND e.wallet_id = r.wallet_id AND e.version BETWEEN r.first_version AND r.last_version`;
}

const READ_WALLET_EVENTS: Record<Engine, string> = {
  cockroach: readWalletEventsSql('cockroach'),
  postgres: readWalletEventsSql('postgres'),
};

// Versions have no gaps, so the page is a range of them.
function readWalletEventsSql(engine: Engine): string {
  return `
WITH streams AS (
  SELECT w.wallet_id, w.region FROM wallets w WHERE w.wallet_id = $1::text
  UNION ALL
  SELECT w.wallet_id, unnest(w.former_regions) FROM wallets w WHERE w.wallet_id = $1::text)
SELECT ${EVENT_COLUMNS}
FROM streams ${LOOKUP[engine].inner} wallet_events e ON e.region = streams.region AND e.wallet_id = streams.wallet_id
  AND e.version > $2::int8 AND e.version <= $2::int8 + $3::int8
ORDER BY e.version`;
}
