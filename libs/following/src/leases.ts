import type { Database } from '@tidemark/database';

/** The holder of a shard. The fencing token grows with each new holder; a write with an older token fails. */
export interface Lease {
  readonly shard: number;
  readonly token: string;
  readonly owner: string | null;
}

/** The leases of a region, by shard. */
export async function readLeases(database: Pick<Database, 'query'>, region: string): Promise<Lease[]> {
  const { rows } = await database.query<Lease>(
    `SELECT shard, token::text AS token, owner FROM shard_leases WHERE region = $1::text ORDER BY shard`,
    [region],
    { name: 'read-leases' },
  );
  return rows.map((row) => ({ ...row, shard: Number(row.shard) }));
}

/** Takes or releases (`owner` null) leases, but only those that have not changed since they were read. */
export async function changeOwner(
  database: Pick<Database, 'query'>,
  region: string,
  leases: readonly Lease[],
  owner: string | null,
): Promise<void> {
  if (leases.length === 0) return;
  await database.query(
    `UPDATE shard_leases l SET token = l.token + 1, owner = $4::text
     FROM unnest($2::int2[], $3::int8[]) AS seen(shard, token)
     WHERE l.region = $1::text AND l.shard = seen.shard AND l.token = seen.token`,
    [region, leases.map(({ shard }) => shard), leases.map(({ token }) => token), owner],
    { name: 'change-owner' },
  );
}
