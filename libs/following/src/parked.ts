import type { Database } from '@tidemark/database';
import { shardOf } from '@tidemark/event-store';
import type { Build, Connection } from '@tidemark/projections';
import { keyOf, type Consumed } from './checkpoints.js';
import type { Stuck } from './fold-stream.js';

/** A parked wallet. Its balance is still served: a fresh read folds the events that its row lacks. */
export interface ParkedWallet {
  readonly projection: string;
  readonly generation: string;
  readonly region: string;
  readonly walletId: string;
  /** Of the first event that is not applied. */
  readonly version: number;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly parkedAt: string;
  /** What an operator requested: to retry from that event, or to rebuild from the wallet's first event. */
  readonly retry: 'continue' | 'rebuild' | null;
  readonly attempts: number;
}

const COLUMNS = `p.projection, p.generation::text AS generation, p.region, p.wallet_id, p.version::text AS version, p.reason,
  p.parked_at, p.retry, p.attempts`;

type Row = Omit<ParkedWallet, 'walletId' | 'version' | 'parkedAt'> & {
  wallet_id: string;
  version: string;
  parked_at: string;
};

/** Parked wallets, of one projection or of all. @param limit maximum number */
export async function listParked(
  database: Pick<Database, 'query'>,
  { projection, limit }: { projection?: string; limit: number },
): Promise<ParkedWallet[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM parked_wallets p WHERE $1::text IS NULL OR p.projection = $1::text
     ORDER BY p.projection, p.generation, p.region, p.wallet_id LIMIT $2::int8`,
    [projection ?? null, limit],
  );
  return rows.map(toParked);
}

/** The parked wallets that operators want to retry, in some shards of a region. @param limit maximum number */
export async function parkedToRetry(
  database: Pick<Database, 'query'>,
  region: string,
  shards: readonly number[],
  limit: number,
): Promise<ParkedWallet[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM parked_wallets p
     WHERE p.region = $1::text AND p.retry IS NOT NULL AND p.shard = ANY($2::int2[]) LIMIT $3::int8`,
    [region, shards, limit],
    { name: 'parked-to-retry' },
  );
  return rows.map(toParked);
}

/** Which of some wallets are parked, by `keyOf` the build. */
export async function parkedAmong(
  database: Pick<Database, 'query'>,
  builds: readonly Build[],
  region: string,
  walletIds: readonly string[],
): Promise<Map<string, Set<string>>> {
  if (walletIds.length === 0) return new Map(builds.map((build) => [keyOf(build), new Set()]));
  const { rows } = await database.query<{ projection: string; generation: string; wallet_id: string }>(
    `SELECT projection, generation::text AS generation, wallet_id FROM parked_wallets
     WHERE projection = ANY($1::text[]) AND region = $2::text AND wallet_id = ANY($3::text[])`,
    [builds.map(({ projection }) => projection.name), region, walletIds],
    { name: 'parked-among' },
  );
  const parked = Map.groupBy(rows, ({ projection, generation }) => `${projection}/${generation}`);
  return new Map(builds.map((build) => [keyOf(build), new Set(parked.get(keyOf(build))?.map((row) => row.wallet_id))]));
}

/** Parks wallets. A wallet that is parked again keeps its time, and its number of attempts grows. */
export async function park(
  { query }: Pick<Connection, 'query'>,
  { projection, generation }: Consumed,
  region: string,
  stuck: readonly Stuck[],
): Promise<void> {
  if (stuck.length === 0) return;
  await query(
    `INSERT INTO parked_wallets AS p (projection, generation, region, wallet_id, shard, version, reason, parked_at)
     SELECT $1::text, $2::int8, $3::text, u.wallet_id, u.shard, u.version, u.reason, now()
     FROM unnest($4::text[], $5::int2[], $6::int8[], $7::text[]) AS u(wallet_id, shard, version, reason)
     ON CONFLICT (projection, generation, region, wallet_id)
     DO UPDATE SET version = excluded.version, reason = excluded.reason, retry = NULL, attempts = p.attempts + 1`,
    [
      ...[projection.name, generation, region],
      stuck.map(({ walletId }) => walletId),
      stuck.map(({ walletId }) => shardOf(walletId)),
      stuck.map(({ version }) => version),
      stuck.map(({ reason }) => reason.slice(0, REASON_CHARACTERS_MAX)),
    ],
    { name: 'park' },
  );
}

/** Requests a retry of parked wallets from the worker of the shard. @returns the number of wallets */
export async function requestRetry(
  { query }: Pick<Connection, 'query'>,
  projection: string,
  walletId?: string,
): Promise<number> {
  const { rowCount } = await query(
    `UPDATE parked_wallets SET retry = 'continue'
     WHERE projection = $1::text AND ($2::text IS NULL OR wallet_id = $2::text)`,
    [projection, walletId ?? null],
  );
  return rowCount;
}

/** Requests a rebuild of a wallet from the worker of the shard. Until then the wallet is parked. */
export async function requestRebuild(
  { query }: Pick<Connection, 'query'>,
  { projection, generation }: Build,
  region: string,
  walletId: string,
  requestedBy: string,
): Promise<void> {
  await query(
    `INSERT INTO parked_wallets (projection, generation, region, wallet_id, shard, version, reason, parked_at, retry)
     VALUES ($1::text, $2::int8, $3::text, $4::text, $5::int2, 1, $6::text, now(), 'rebuild')
     ON CONFLICT (projection, generation, region, wallet_id) DO UPDATE SET retry = 'rebuild'`,
    [projection.name, generation, region, walletId, shardOf(walletId), `to be rebuilt, as ${requestedBy} asked`],
  );
}

/** Length of a reason in a list. The worker's log has the whole text. */
const REASON_CHARACTERS_MAX = 500;

/**
 * For the holder of the wallet's shard, in the transaction that locks the lease, so that no other worker parks the wallet meanwhile.
 *
 * @returns false when it is parked no more, or something else was asked for since it was read
 */
export async function unpark(
  { query }: Pick<Connection, 'query'>,
  { projection, generation, region, walletId, retry }: ParkedWallet,
): Promise<boolean> {
  const { rowCount } = await query(
    `DELETE FROM parked_wallets
     WHERE projection = $1::text AND generation = $2::int8 AND region = $3::text AND wallet_id = $4::text
       AND retry = $5::text`,
    [projection, generation, region, walletId, retry],
    { name: 'unpark' },
  );
  return rowCount > 0;
}

/** Forgets what a reactor was stuck at, in shards in which it has gone on. */
export async function clearParked(
  { query }: Pick<Connection, 'query'>,
  { projection, generation }: Consumed,
  region: string,
  shards: readonly number[],
): Promise<void> {
  await query(
    `DELETE FROM parked_wallets
     WHERE projection = $1::text AND generation = $2::int8 AND region = $3::text AND shard = ANY($4::int2[])`,
    [projection.name, generation, region, shards],
    { name: 'clear-parked' },
  );
}

function toParked({ wallet_id, version, parked_at, attempts, ...row }: Row): ParkedWallet {
  return { ...row, walletId: wallet_id, version: Number(version), parkedAt: parked_at, attempts: Number(attempts) };
}
