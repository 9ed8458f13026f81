import type { Database, TransactionClient } from '@tidemark/database';
import { POSITION_TYPE, positionOf, type LogCursor } from '@tidemark/event-store';

/** Whose checkpoints they are: a build of a projection, or a reactor, which is its own only build. */
export interface Consumed {
  readonly projection: { readonly name: string };
  readonly generation: string;
}

/** Where a build stands in one shard of a region's log. */
export interface ShardCheckpoint {
  readonly shard: number;
  readonly cursor: LogCursor;
}

/** The checkpoints of the builds that are kept up to date in a region, and of reactors, by `keyOf`. */
export async function readCheckpoints(
  { query, engine }: Pick<Database, 'query' | 'engine'>,
  region: string,
): Promise<Map<string, ShardCheckpoint[]>> {
  const { rows } = await query<{
    projection: string;
    generation: string;
    shard: number;
    position: string;
    commit_id: string;
  }>(
    `SELECT c.projection, c.generation::text AS generation, c.shard, c.position::text AS position, c.commit_id
     FROM projection_generations g
     JOIN shard_checkpoints c ON c.projection = g.projection AND c.generation = g.generation AND c.region = $1::text
     WHERE g.state = 'following'`,
    [region],
    { name: 'read-checkpoints' },
  );
  const found = Map.groupBy(rows, ({ projection, generation }) => `${projection}/${generation}`);
  return new Map(
    [...found].map(([key, of]) => [
      key,
      of.map(({ shard, position, commit_id }) => ({
        shard: Number(shard),
        cursor: { position: positionOf(engine, position), commitId: commit_id },
      })),
    ]),
  );
}

export function keyOf({ projection, generation }: Consumed): string {
  return `${projection.name}/${generation}`;
}

/** A checkpoint that a page moves. `from` is where this worker last wrote it. */
export interface CheckpointMove {
  readonly build: Consumed;
  readonly shard: number;
  readonly from: LogCursor;
}

/** Someone else has moved a checkpoint, or taken a shard: nothing of the page may be written. */
export class PageLost extends Error {
  override readonly name = 'PageLost';
}

/**
 * Moves checkpoints to a place in the log, all or none.
 *
 * @param leases the token of each shard, as this worker holds it
 * @throws PageLost
 */
export async function moveCheckpoints(
  { query, engine }: TransactionClient & Pick<Database, 'engine'>,
  region: string,
  leases: ReadonlyMap<number, string>,
  moves: readonly CheckpointMove[],
  to: LogCursor,
): Promise<void> {
  const shards = [...new Set(moves.map(({ shard }) => shard))];
  const { rowCount } = await query(
    MOVE[engine],
    [
      region,
      shards,
      shards.map((shard) => leases.get(shard)),
      moves.map(({ build }) => build.projection.name),
      moves.map(({ build }) => build.generation),
      moves.map(({ shard }) => shard),
      moves.map(({ from }) => from.position),
      moves.map(({ from }) => from.commitId),
      to.position,
      to.commitId,
    ],
    { name: 'move-checkpoints' },
  );
  if (rowCount !== moves.length) throw new PageLost('another worker has this shard');
}

const MOVE = { postgres: moveSql(POSITION_TYPE.postgres), cockroach: moveSql(POSITION_TYPE.cockroach) };

// FOR SHARE: a worker that takes the shard waits until the page is written.
function moveSql(positionType: string): string {
  return `
WITH held AS (
  SELECT l.shard FROM shard_leases l
  WHERE l.region = $1::text AND l.shard = ANY($2::int2[])
    AND (l.shard, l.token) IN (SELECT * FROM unnest($2::int2[], $3::int8[]))
  FOR SHARE)
UPDATE shard_checkpoints c SET position = $9::${positionType}, commit_id = $10::uuid
FROM unnest($4::text[], $5::int8[], $6::int2[], $7::${positionType}[], $8::uuid[])
  AS m(projection, generation, shard, position, commit_id), held
WHERE c.region = $1::text AND c.projection = m.projection AND c.generation = m.generation AND c.shard = m.shard
  AND c.position = m.position AND c.commit_id = m.commit_id AND held.shard = c.shard`;
}
