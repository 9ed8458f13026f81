import { connect } from '@tidemark/database';
import { ClusterRefused } from './cluster-refused.js';
import { within } from './readiness.js';
import { REGIONS } from './regions.js';

/** Measured for 24 partitions: 10 s, and some 40 s on a busy machine. */
const PLACED_MS_MAX = 180_000;

/**
 * For a database with `SURVIVE ZONE FAILURE`: moves the voters of every row to its home region, so that a local write waits for
 * no other region. CockroachDB wants three voters there, but one node cannot hold three, so it leaves them spread over the
 * regions. With this, each row has one voter at home, and non-voting copies in the other regions.
 *
 * @param url of the database, by any node
 * @throws ClusterRefused when not every row has its voter at home after three minutes
 */
export async function keepVotersAtHome(url: string): Promise<void> {
  const database = await connect({ url, applicationName: 'tidemark-cluster', poolSize: 1 });
  try {
    const { rows: partitions } = await database.query<{ target: string }>(PARTITIONS);
    const changes = partitions.map(
      ({ target }) => `ALTER ${target} CONFIGURE ZONE USING num_replicas = ${REGIONS.length}, num_voters = 1`,
    );
    await database.query(['SET override_multi_region_zone_config = true', ...changes].join(';\n'));
    const done = await within(PLACED_MS_MAX, async () => {
      const { rows } = await database.query<{ placed: string }>(PLACED);
      return Number(rows[0]!.placed) >= partitions.length;
    });
    if (!done) throw new ClusterRefused(`not every row has its voter at home after ${PLACED_MS_MAX / 1_000} s`);
  } finally {
    await database.close();
  }
}

// A partition is a region's share of a table.
const PARTITIONS = `
SELECT target FROM crdb_internal.zones WHERE database_name = current_database() AND target LIKE 'PARTITION %'`;

const PLACED = `
SELECT count(*) AS placed FROM [SHOW RANGES FROM CURRENT_CATALOG] WHERE array_length(voting_replicas, 1) = 1`;
