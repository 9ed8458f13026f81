import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import { liveGeneration } from '../following/generations.js';
import { tablesOf, type Connection } from '../projection-tables.js';
import type { Build, Projection } from '../projection.js';
import { OperationRefused, requireBuild } from './build-records.js';

/** Rows removed by one statement: short transactions, however large the build. */
const DROP_ROWS = 5_000;

/** Readers would go back in time. It passes while workers run: two builds that are followed together meet. */
export class BuildBehind extends OperationRefused {}

/**
 * Points readers to another build, with one row: each reader sees all of one build or all of the other, since the pointer
 * is read in the statement that reads the rows.
 *
 * @param remember writes, in the same transaction, which build was live before
 * @returns the generation that was live before
 * @throws OperationRefused unless the build is followed; BuildBehind unless it is as far as the live one in every shard
 */
export async function pointReaders(
  database: Database,
  { projection, generation }: Build,
  remember: (connection: Connection, before: string) => Promise<void> = async () => undefined,
): Promise<string> {
  const build = await requireBuild(database, projection, generation);
  if (build.live) throw new OperationRefused(`generation ${generation} of ${projection.name} is live already`);
  if (build.state !== 'following') {
    throw new OperationRefused(`generation ${generation} of ${projection.name} is ${build.state}`);
  }
  const before = (await liveGeneration(database, projection.name))!;
  const point = () =>
    database.transaction(async ({ query }) => {
      const connection = { query, engine: database.engine };
      const live = await lockPointer(connection, projection);
      if (live === generation) return; // an attempt before this one, whose answer was lost
      const { state } = await requireBuild(connection, projection, generation);
      if (live !== before || state !== 'following') {
        throw new OperationRefused(`${projection.name} was changed by someone else meanwhile`);
      }
      // The live build stands still until the pointer has moved, or its readers would go back in time.
      await query(
        `SELECT c.shard FROM shard_checkpoints c WHERE c.projection = $1::text AND c.generation = $2::int8
         ORDER BY c.region, c.shard FOR UPDATE`,
        [projection.name, before],
      );
      const behind = await shardsBehindLive(connection, { projection, generation });
      if (behind > 0) {
        throw new BuildBehind(
          `generation ${generation} of ${projection.name} is behind the live one in ${behind} shards: is a worker running?`,
        );
      }
      await query(`UPDATE projections SET live_generation = $2::int8 WHERE name = $1::text`, [
        projection.name,
        generation,
      ]);
      await remember(connection, before);
    });
  await retryIdempotent(point, { random: Math.random, sleep });
  return before;
}

/**
 * Who points readers to a build and who removes one take turns; what is read after the lock is what the other has left.
 *
 * @returns the live generation
 */
async function lockPointer({ query }: Connection, { name }: Projection): Promise<string> {
  const { rows } = await query<{ live: string }>(
    `SELECT live_generation::text AS live FROM projections WHERE name = $1::text FOR UPDATE`,
    [name],
  );
  return rows[0]!.live;
}

/** In how many shards a build is not as far as the one that readers see. Once it has met it, never again. */
export async function shardsBehindLive(
  { query }: Pick<Database, 'query'>,
  { projection, generation }: Build,
): Promise<number> {
  const { rows } = await query<{ behind: string }>(
    `SELECT count(*) AS behind
     FROM projections p
     JOIN shard_checkpoints l ON l.projection = p.name AND l.generation = p.live_generation
     LEFT JOIN shard_checkpoints n
       ON n.projection = l.projection AND n.generation = $2::int8 AND n.region = l.region AND n.shard = l.shard
     WHERE p.name = $1::text AND (n.position IS NULL OR (n.position, n.commit_id) < (l.position, l.commit_id))`,
    [projection.name, generation],
  );
  return Number(rows[0]!.behind);
}

/**
 * Removes a build that nobody sees, its rows in short transactions. Safe to run again.
 *
 * @returns how many rows were removed
 * @throws OperationRefused for the live one
 */
export async function dropBuild(database: Database, { projection, generation }: Build): Promise<number> {
  await requireBuild(database, projection, generation);
  const values = [projection.name, generation];
  const take = () =>
    database.transaction(async ({ query }) => {
      if ((await lockPointer({ query, engine: database.engine }, projection)) === generation) {
        throw new OperationRefused(`generation ${generation} of ${projection.name} is what readers see`);
      }
      await query(
        `UPDATE projection_generations SET state = 'dropped' WHERE projection = $1::text AND generation = $2::int8`,
        values,
      );
    });
  await retryIdempotent(take, { random: Math.random, sleep });
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
