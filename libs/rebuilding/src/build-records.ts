import type { Database } from '@tidemark/database';
import {
  fixPosition,
  LOG_START,
  NO_COMMIT_ID,
  type Position,
  POSITION_TYPE,
  positionOf,
  readHead,
  SHARDS,
} from '@tidemark/event-store';
import {
  type Build,
  type Connection,
  LIVE_BUILDS,
  liveBuildsOf,
  liveGenerations,
  type Projection,
} from '@tidemark/projections';
import { retriedTransaction } from './retried-transaction.js';
import { createRanges } from './build-ranges.js';

/** One build of a projection's tables, as `projections list` shows it. */
export interface BuildRecord {
  readonly projection: string;
  readonly generation: string;
  /** Of the projection's code that built it. */
  readonly version: number;
  readonly state: 'building' | 'following' | 'dropped';
  /** The region that it is a build of; null: of all. */
  readonly region: string | null;
  /** Whether it is live in any region. */
  readonly live: boolean;
  /** Regions in which another build is live, although this one is live in all others. */
  readonly exceptIn: readonly string[];
  /** Up to where it was built from ranges of the log; null for one that has followed from the start. */
  readonly builtTo: Position | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** JSON, see `certificate.ts`. */
  readonly certificate: string | null;
  /** JSON, see `verify.ts`. */
  readonly verified: string | null;
}

/** The operation is not possible now. The message is one line for the operator. Nothing was changed. */
export class OperationRefused extends Error {
  override readonly name: string = 'OperationRefused';
}

/** The operation names an unknown wallet or region. */
export class NotFound extends OperationRefused {
  override readonly name = 'NotFound';
}

/**
 * The regions that an operation is about.
 *
 * @param region the only one; undefined: all
 * @throws NotFound
 */
export function regionsAskedFor(region: string | undefined, regions: readonly string[]): readonly string[] {
  if (region === undefined) return regions;
  if (!regions.includes(region)) throw new NotFound(`there is no region ${region}: ${regions.join(', ')}`);
  return [region];
}

/** The builds of one projection or of all, the newest last. */
export async function listBuilds(
  { query, engine }: Pick<Database, 'query' | 'engine'>,
  projection?: string,
): Promise<BuildRecord[]> {
  type Row = Omit<BuildRecord, 'builtTo' | 'createdAt' | 'live' | 'exceptIn'>;
  const { rows } = await query<Row & { built_to: string; created_at: string; pointers: string }>(
    `SELECT g.projection, g.generation::text AS generation, g.version, g.state, g.built_to::text AS built_to, g.created_at,
            g.region, g.certificate, g.verified, ${LIVE_BUILDS} AS pointers
     FROM projection_generations g JOIN projections p ON p.name = g.projection
     WHERE $1::text IS NULL OR g.projection = $1::text
     ORDER BY g.projection, g.generation`,
    [projection ?? null],
  );
  return rows.map(({ built_to, created_at, pointers, ...row }) => {
    const live = liveBuildsOf(pointers);
    return {
      ...row,
      version: Number(row.version),
      live: liveGenerations(live).includes(row.generation),
      exceptIn: live.generation === row.generation ? Object.keys(live.regions) : [],
      builtTo: built_to === null ? null : positionOf(engine, built_to),
      createdAt: created_at,
    };
  });
}

/** The regions that a build is of. @param regions all that there are */
export function regionsOfBuild({ region }: Pick<BuildRecord, 'region'>, regions: readonly string[]): readonly string[] {
  return region === null ? regions : [region];
}

/** @throws OperationRefused when there is no such build */
export async function requireBuild(
  database: Pick<Database, 'query' | 'engine'>,
  { name }: Projection,
  generation: string,
): Promise<BuildRecord> {
  const found = (await listBuilds(database, name)).find((build) => build.generation === generation);
  if (found) return found;
  throw new OperationRefused(`${name} has no generation ${generation}`);
}

/** The operation that a build is made for. */
export interface BuildOrder {
  /** Of this region alone. */
  readonly region?: string | undefined;
  /** Id of the operation. With it a worker finds the build again if the answer to the creating transaction was lost. */
  readonly operationId?: string;
  /** Writes, in the same transaction, whose build it is. */
  readonly remember?: (connection: Connection, generation: string) => Promise<void>;
}

/**
 * Creates a build, made from the log up to a position that is fixed now; or finds the build that the operation has created before.
 *
 * @param regions all that the log has
 * @throws OperationRefused while another build of the projection is under way
 */
export async function beginBuild(
  database: Database,
  projection: Projection,
  regions: readonly string[],
  { region, operationId, remember = async () => undefined }: BuildOrder = {},
): Promise<Build> {
  const own = await buildBegunBy(database, operationId);
  if (own !== undefined) return { projection, generation: own };
  const before = await listBuilds(database, projection.name);
  const underWay = before.find(({ state }) => state === 'building');
  if (underWay) {
    throw new OperationRefused(
      `generation ${underWay.generation} of ${projection.name} is being built: wait for it, or drop it`,
    );
  }
  const generation = String(1 + Math.max(0, ...before.map((build) => Number(build.generation))));
  const upTo = await fixPosition(database);
  const build = { projection, generation };
  await retriedTransaction(database, async ({ query }) => {
    if ((await buildBegunBy({ query }, operationId)) !== undefined) return; // an earlier attempt committed, and its answer was lost
    const connection = { query, engine: database.engine };
    // Written first, so that a concurrent write of progress waits. Written last, this transaction could lose a race against it.
    await remember(connection, generation);
    // If the key exists, another operation has created a build of the same number: this one fails and changes nothing.
    await query(
      `INSERT INTO projection_generations (projection, generation, version, state, built_to, region, operation_id)
       VALUES ($1::text, $2::int8, $3::int4, 'building', $4, $5::text, $6::uuid)`,
      [projection.name, generation, projection.version, upTo, region ?? null, operationId ?? null],
    );
    await createRanges(database, connection, build, region === undefined ? regions : [region]);
  });
  return build;
}

async function buildBegunBy(
  { query }: Pick<Connection, 'query'>,
  operationId: string | undefined,
): Promise<string | undefined> {
  if (operationId === undefined) return undefined;
  const { rows } = await query<{ generation: string }>(
    `SELECT generation::text AS generation FROM projection_generations WHERE operation_id = $1::uuid`,
    [operationId],
  );
  return rows[0]?.generation;
}

/** Builds of failed operations, which will never be completed. */
export async function abandonedBuilds({ query }: Pick<Connection, 'query'>, { name }: Projection): Promise<string[]> {
  const { rows } = await query<{ generation: string }>(
    `SELECT g.generation::text AS generation FROM projection_generations g
     JOIN projection_operations o ON o.operation_id = g.operation_id
     WHERE g.projection = $1::text AND g.state = 'building' AND o.state = 'failed'`,
    [name],
  );
  return rows.map(({ generation }) => generation);
}

/**
 * Lets workers follow a build whose ranges are all done, from the last commit that it was built to.
 *
 * @param regions of the build
 * @param certificate JSON
 * @returns whether this call did it, and not another before
 */
export async function beginFollowing(
  database: Database,
  { projection, generation }: Build,
  regions: readonly string[],
  certificate: string,
): Promise<boolean> {
  const { builtTo } = await requireBuild(database, projection, generation);
  const start = { position: LOG_START[database.engine], commitId: NO_COMMIT_ID };
  const cursors = await Promise.all(
    regions.map(async (region) => (await readHead(database, region, builtTo!)) ?? start),
  );
  return retriedTransaction(database, async ({ query }) => {
    const { rowCount } = await query(
      `UPDATE projection_generations g SET state = 'following', certificate = $3::text
       WHERE g.projection = $1::text AND g.generation = $2::int8 AND g.state = 'building'
         AND NOT EXISTS (SELECT 1 FROM build_ranges r
                         WHERE r.projection = g.projection AND r.generation = g.generation AND NOT r.done)`,
      [projection.name, generation, certificate],
    );
    if (rowCount === 0) return false;
    await query(
      `INSERT INTO shard_checkpoints (projection, generation, region, shard, position, commit_id)
       SELECT $1::text, $2::int8, r.region, s.shard, r.position, r.commit_id
       FROM unnest($3::text[], $4::${POSITION_TYPE[database.engine]}[], $5::uuid[]) AS r(region, position, commit_id),
            generate_series(0, ${SHARDS - 1}) AS s(shard)`,
      [
        ...[projection.name, generation, regions],
        cursors.map(({ position }) => position),
        cursors.map(({ commitId }) => commitId),
      ],
    );
    await query(`DELETE FROM build_ranges WHERE projection = $1::text AND generation = $2::int8`, [
      projection.name,
      generation,
    ]);
    return true;
  });
}

/** Remembers what a verification found. @param verified JSON */
export async function recordVerification(
  { query }: Pick<Database, 'query'>,
  { projection, generation }: Build,
  verified: string,
): Promise<void> {
  await query(
    `UPDATE projection_generations SET verified = $3::text WHERE projection = $1::text AND generation = $2::int8`,
    [projection.name, generation, verified],
  );
}
