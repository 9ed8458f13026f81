import { connect } from '@tidemark/database';
import { ClusterRefused } from './cluster-refused.js';
import { within } from './readiness.js';
import { REGIONS } from './regions.js';

/** Nine seconds were measured for the ranges of an empty database, 43 s on a busy machine. */
const REPLICATED_MS_MAX = 180_000;

/**
 * Waits until every range has a replica in every region. Before that, a region's death may take the only copy with it.
 *
 * @param url of any node
 * @throws ClusterRefused when it takes longer than three minutes
 */
export async function replicated(url: string): Promise<void> {
  const database = await connect({ url, applicationName: 'tidemark-cluster', poolSize: 1 });
  try {
    const done = await within(REPLICATED_MS_MAX, async () => {
      const { rows } = await database.query<{ missing: string }>(
        'SELECT count(*) AS missing FROM crdb_internal.ranges_no_leases WHERE array_length(voting_replicas, 1) < $1::int',
        [REGIONS.length],
      );
      return rows[0]?.missing === '0';
    });
    if (!done)
      throw new ClusterRefused(`not every range has ${REGIONS.length} replicas after ${REPLICATED_MS_MAX / 1_000} s`);
  } finally {
    await database.close();
  }
}
