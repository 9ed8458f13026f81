import { connect } from '@tidemark/database';
import { ClusterRefused } from './cluster-refused.js';
import { within } from './readiness.js';
import { REGIONS } from './regions.js';

/** Three seconds were measured for the ranges of an empty cluster, 43 s on a busy machine. */
const REPLICATED_MS_MAX = 180_000;

/**
 * After this a silent node counts as dead, and its replicas are made anew elsewhere. By default it is five minutes; this is
 * the least that CockroachDB takes. A node in memory that was restarted waits for it until its region has copies again.
 */
const GIVE_UP_NODE_SECONDS = 75;

/**
 * Admission control makes a node hold work back by the load of its machine, which here is the load of two other nodes and of
 * everything else; a 26.1 alpha was seen to hold it back for ever (docs/faults.md).
 */
const ADMISSION = ['admission.kv.enabled', 'admission.sql_kv_response.enabled', 'admission.sql_sql_response.enabled'];

/**
 * Waits until every range has a replica in every region: before that, a region's death may take the only majority with it.
 *
 * @param url of any node
 * @throws ClusterRefused when it takes longer than three minutes
 */
export async function replicate(url: string): Promise<void> {
  const database = await connect({ url, applicationName: 'tidemark-cluster', poolSize: 1 });
  try {
    for (const setting of ADMISSION) await database.query(`SET CLUSTER SETTING ${setting} = false`);
    await database.query(`SET CLUSTER SETTING server.time_until_store_dead = '${GIVE_UP_NODE_SECONDS}s'`);
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
