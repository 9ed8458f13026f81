import type { Database } from '@tidemark/database';
import {
  type Build,
  type Connection,
  generationIn,
  LIVE_BUILDS,
  liveBuilds,
  type LiveBuilds,
  liveBuildsOf,
  liveGenerations,
  type Projection,
  sameBuilds,
  tablesOf,
} from '@tidemark/projections';
import { retriedTransaction } from './retried-transaction.js';
import { listBuilds, OperationRefused, requireBuild, type BuildRecord } from './build-records.js';

/** Rows deleted by one statement, so that transactions stay short for a build of any size. */
const DROP_ROWS = 5_000;

/** The build has older rows than the live one. This ends by itself while workers run: both builds reach the same checkpoint. */
export class BuildBehind extends OperationRefused {}

/** The live builds before and after a change. */
export interface Pointed {
  readonly before: LiveBuilds;
  readonly after: LiveBuilds;
}

export interface PointOptions {
  /** Records the change in the same transaction. */
  readonly remember?: (connection: Connection, pointed: Pointed) => Promise<void>;
  /** Whether the live builds before the change are those that the caller expects. */
  readonly expected?: (before: LiveBuilds) => boolean;
}

/**
 * Makes another build the live one. A build of all regions also replaces the separate builds of single regions.
 *
 * @throws OperationRefused unless the build is followed; BuildBehind unless it has reached the checkpoint of the live build in every shard
 */
export async function pointReaders(database: Database, build: Build, options: PointOptions = {}): Promise<Pointed> {
  const { projection, generation } = build;
  const record = await requireBuild(database, projection, generation);
  const before = (await liveBuilds(database, projection.name))!;
  const after = withBuild(before, record);
  if (sameBuilds(before, after)) {
    throw new OperationRefused(`generation ${generation} of ${projection.name} is live already`);
  }
  if (record.state !== 'following') {
    throw new OperationRefused(`generation ${generation} of ${projection.name} is ${record.state}`);
  }
  return point(database, projection, { before, after }, options);
}

/**
 * Makes former live builds live again, including the separate builds of regions.
 *
 * @throws as `pointReaders`
 */
export async function pointBack(
  database: Database,
  projection: Projection,
  to: LiveBuilds,
  options: PointOptions = {},
): Promise<Pointed> {
  const before = (await liveBuilds(database, projection.name))!;
  return point(database, projection, { before, after: to }, options);
}

/** The live builds after a swap to a build. */
export function withBuild(live: LiveBuilds, { generation, region }: Pick<BuildRecord, 'generation' | 'region'>) {
  return region === null
    ? { generation, regions: {} }
    : { ...live, regions: { ...live.regions, [region]: generation } };
}

/** The live builds of a projection are one row. Readers read it in the statement that reads their rows, so each sees the state before or after. */
async function point(
  database: Database,
  projection: Projection,
  pointed: Pointed,
  { remember = async () => undefined, expected = () => true }: PointOptions,
): Promise<Pointed> {
  const { before, after } = pointed;
  await retriedTransaction(database, async ({ query }) => {
    const connection = { query, engine: database.engine };
    const live = await lockPointers(connection, projection);
    if (sameBuilds(live, after)) return; // an earlier attempt committed, and its answer was lost
    const followed = (await listBuilds(connection, projection.name)).filter(({ state }) => state === 'following');
    const there = liveGenerations(after).every((each) => followed.some(({ generation }) => generation === each));
    if (!sameBuilds(live, before) || !expected(live) || !there) {
      throw new OperationRefused(`${projection.name} was changed by another operation meanwhile`);
    }
    const changes = await changesBetween(connection, projection, before, after);
    // Written first, so that a concurrent write of progress waits. Written last, this transaction could lose a race against it.
    await remember(connection, pointed);
    await holdStill(connection, projection, changes);
    const behind = await shardsBehind(connection, projection, changes);
    if (behind > 0) {
      throw new BuildBehind(
        `generation ${liveGenerations(after).join(', ')} of ${projection.name} is behind the live one in ${behind} ` +
          `shards: is a worker running?`,
      );
    }
    await query(`UPDATE projections SET live_generation = $2::int8, region_builds = $3::jsonb WHERE name = $1::text`, [
      projection.name,
      after.generation,
      JSON.stringify(after.regions),
    ]);
  });
  return pointed;
}

/**
 * Locks the row of the live builds, so that swaps and drops run one after the other.
 *
 * @returns the live builds, as the operation before left them
 */
async function lockPointers({ query }: Connection, { name }: Projection): Promise<LiveBuilds> {
  const { rows } = await query<{ live: string }>(
    `SELECT ${LIVE_BUILDS} AS live FROM projections p WHERE p.name = $1::text FOR UPDATE`,
    [name],
  );
  return liveBuildsOf(rows[0]!.live);
}

/** The change of the live generation of one region. */
interface LiveBuildChange {
  readonly region: string;
  readonly from: string;
  readonly to: string;
}

async function changesBetween(
  { query }: Pick<Connection, 'query'>,
  { name }: Projection,
  before: LiveBuilds,
  after: LiveBuilds,
): Promise<LiveBuildChange[]> {
  // If only builds of some regions change, the others are not read: one of them may be unavailable.
  const some = new Set([...Object.keys(before.regions), ...Object.keys(after.regions)]);
  const regions =
    before.generation === after.generation
      ? [...some]
      : (
          await query<{ region: string }>(
            `SELECT DISTINCT c.region FROM shard_checkpoints c WHERE c.projection = $1::text`,
            [name],
          )
        ).rows.map(({ region }) => region);
  return regions
    .map((region) => ({ region, from: generationIn(before, region), to: generationIn(after, region) }))
    .filter(({ from, to }) => from !== to);
}

/**
 * Locks the checkpoints of the old and the new live build until the swap has committed, or readers could see older rows after it.
 * The new build is locked as well: the pointer is in a GLOBAL table, so it is written at a future timestamp, and nothing that was
 * read may change until then.
 */
async function holdStill(
  { query }: Connection,
  { name }: Projection,
  changes: readonly LiveBuildChange[],
): Promise<void> {
  for (const [from, of] of Map.groupBy(changes, (change) => change.from)) {
    await query(
      `SELECT c.shard FROM shard_checkpoints c
       WHERE c.projection = $1::text AND c.generation = ANY($2::int8[]) AND c.region = ANY($3::text[])
       ORDER BY c.region, c.shard, c.generation FOR UPDATE`,
      [name, [from, ...new Set(of.map(({ to }) => to))], of.map(({ region }) => region)],
    );
  }
}

/** The number of shards in which a build is behind the live one. Once it is 0, it stays 0: both are written together then. */
export async function shardsBehindLive(
  database: Pick<Database, 'query' | 'engine'>,
  { projection, generation }: Build,
): Promise<number> {
  const record = await requireBuild(database, projection, generation);
  const before = (await liveBuilds(database, projection.name))!;
  return shardsBehind(
    database,
    projection,
    await changesBetween(database, projection, before, withBuild(before, record)),
  );
}

async function shardsBehind(
  { query }: Pick<Database, 'query'>,
  { name }: Projection,
  changes: readonly LiveBuildChange[],
): Promise<number> {
  let behind = 0;
  for (const of of Map.groupBy(changes, ({ from, to }) => `${from} ${to}`).values()) {
    const { rows } = await query<{ behind: string }>(
      `SELECT count(*) AS behind
       FROM shard_checkpoints l
       LEFT JOIN shard_checkpoints n
         ON n.projection = l.projection AND n.generation = $3::int8 AND n.region = l.region AND n.shard = l.shard
       WHERE l.projection = $1::text AND l.generation = $2::int8 AND l.region = ANY($4::text[])
         AND (n.position IS NULL OR (n.position, n.commit_id) < (l.position, l.commit_id))`,
      [name, of[0]!.from, of[0]!.to, of.map(({ region }) => region)],
    );
    behind += Number(rows[0]!.behind);
  }
  return behind;
}

/**
 * Deletes a build, in short transactions. Safe to run again.
 *
 * @returns the number of deleted rows
 * @throws OperationRefused for a build that is live in any region
 */
export async function dropBuild(database: Database, { projection, generation }: Build): Promise<number> {
  await requireBuild(database, projection, generation);
  const values = [projection.name, generation];
  await retriedTransaction(database, async ({ query }) => {
    const live = await lockPointers({ query, engine: database.engine }, projection);
    if (liveGenerations(live).includes(generation)) {
      throw new OperationRefused(`generation ${generation} of ${projection.name} is live`);
    }
    await query(
      `UPDATE projection_generations SET state = 'dropped' WHERE projection = $1::text AND generation = $2::int8`,
      values,
    );
  });
  for (const table of ['shard_checkpoints', 'build_ranges', 'parked_wallets']) {
    await database.query(`DELETE FROM ${table} WHERE projection = $1::text AND generation = $2::int8`, values);
  }
  return deleteRows(database, projection, generation);
}

async function deleteRows(database: Connection, projection: Projection, generation: string): Promise<number> {
  let removed = 0;
  for (const table of tablesOf(projection)) {
    for (;;) {
      const { rowCount } = await database.query(DELETE[database.engine](table), [generation, DROP_ROWS]);
      removed += rowCount;
      if (rowCount < DROP_ROWS) break;
    }
  }
  return removed;
}

const DELETE = {
  postgres: (table: string) =>
    `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE generation = $1::int8 LIMIT $2::int8))`,
  cockroach: (table: string) => `DELETE FROM ${table} WHERE generation = $1::int8 LIMIT $2::int8`,
};
