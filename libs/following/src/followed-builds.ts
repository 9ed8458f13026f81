import type { Database } from '@tidemark/database';
import { LOG_START, NO_COMMIT_ID, SHARDS } from '@tidemark/event-store';
import { ALL_PROJECTIONS, type Build, type Projection } from '@tidemark/projections';

/** Makes sure that each projection has a build for readers. Safe when several workers start at once. */
export async function openProjections(
  database: Pick<Database, 'query'>,
  projections: readonly Projection[] = ALL_PROJECTIONS,
): Promise<void> {
  for (const { name, version } of projections) {
    await database.query(
      `INSERT INTO projection_generations (projection, generation, version, state)
       SELECT $1::text, 1, $2::int4, 'following'
       WHERE NOT EXISTS (SELECT 1 FROM projections p WHERE p.name = $1::text) ON CONFLICT DO NOTHING`,
      [name, version],
    );
    await database.query(
      `INSERT INTO projections (name, live_generation) VALUES ($1::text, 1) ON CONFLICT DO NOTHING`,
      [name],
    );
  }
}

/** The builds that are kept up to date in a region, live or not, of the projections that this program knows. */
export async function followedBuilds(
  database: Pick<Database, 'query'>,
  projections: readonly Projection[],
  region: string,
): Promise<Build[]> {
  const { rows } = await database.query<{ projection: string; generation: string }>(
    `SELECT projection, generation::text AS generation FROM projection_generations
     WHERE state = 'following' AND (region IS NULL OR region = $1::text) ORDER BY projection, generation`,
    [region],
    { name: 'followed-builds' },
  );
  return rows.flatMap(({ projection: name, generation }) => {
    const projection = projections.find((each) => each.name === name);
    return projection ? [{ projection, generation }] : [];
  });
}

/** Makes sure that a region's shards can be leased, and that each build has a place in them: at first the start of the log. */
export async function openRegion(
  database: Pick<Database, 'query' | 'engine'>,
  region: string,
  builds: readonly Build[],
): Promise<void> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  await database.query(
    `INSERT INTO shard_leases (region, shard, token)
     SELECT $1::text, s.shard, 0 FROM unnest($2::int2[]) AS s(shard) ON CONFLICT DO NOTHING`,
    [region, shards],
  );
  for (const { projection, generation } of builds) {
    await database.query(
      `INSERT INTO shard_checkpoints (projection, generation, region, shard, position, commit_id)
       SELECT $1::text, $2::int8, $3::text, s.shard, $5, $6::uuid FROM unnest($4::int2[]) AS s(shard)
       ON CONFLICT DO NOTHING`,
      [projection.name, generation, region, shards, LOG_START[database.engine], NO_COMMIT_ID],
    );
  }
}
