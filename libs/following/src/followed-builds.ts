import type { Database } from '@tidemark/database';
import { LOG_START, NO_COMMIT_ID, readHead, SHARDS } from '@tidemark/event-store';
import { ALL_PROJECTIONS, type Build, type Projection } from '@tidemark/projections';
import { reactorBuild, type Reactor } from './reactor.js';

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

/** Makes sure that each reactor is known. It has one build for ever, which no reader sees, and which no rebuild makes again. */
export async function openReactors(database: Pick<Database, 'query'>, reactors: readonly Reactor[]): Promise<void> {
  for (const { projection, generation } of reactors.map(reactorBuild)) {
    await database.query(
      `INSERT INTO projection_generations (projection, generation, version, state)
       VALUES ($1::text, $2::int8, 1, 'following') ON CONFLICT DO NOTHING`,
      [projection.name, generation],
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

/** Makes sure that a region's shards can be leased, and that each consumer has a place in them: at first the start of the log, for some reactors its end. */
export async function openRegion(
  database: Pick<Database, 'query' | 'engine'>,
  region: string,
  builds: readonly Build[],
  reactors: readonly Reactor[] = [],
): Promise<void> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  await database.query(
    `INSERT INTO shard_leases (region, shard, token)
     SELECT $1::text, s.shard, 0 FROM unnest($2::int2[]) AS s(shard) ON CONFLICT DO NOTHING`,
    [region, shards],
  );
  const { engine } = database;
  const start = { position: LOG_START[engine], commitId: NO_COMMIT_ID };
  const end = reactors.some(({ startsAt }) => startsAt === 'end') ? await readHead(database, region) : undefined;
  const opened = [
    ...builds.map((build) => ({ build, at: start })),
    ...reactors.map((each) => ({ build: reactorBuild(each), at: (each.startsAt === 'end' && end) || start })),
  ];
  for (const { build, at } of opened) {
    await database.query(
      `INSERT INTO shard_checkpoints (projection, generation, region, shard, position, commit_id)
       SELECT $1::text, $2::int8, $3::text, s.shard, $5, $6::uuid FROM unnest($4::int2[]) AS s(shard)
       ON CONFLICT DO NOTHING`,
      [build.projection.name, build.generation, region, shards, at.position, at.commitId],
    );
  }
}
