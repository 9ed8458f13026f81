import { connect } from '@tidemark/database';
import { ClusterRefused } from './cluster-refused.js';
import { within } from './readiness.js';
import { REGIONS } from './regions.js';

/** Measured for the ranges of an empty cluster: 3 s, and 43 s on a busy machine. */
const REPLICATED_MS_MAX = 180_000;

/**
 * After this time without contact, CockroachDB considers a node dead and makes its replicas on other nodes. The default is five
 * minutes; this is the minimum. After the restart of a node in memory, its region gets copies only after this time.
 */
const GIVE_UP_NODE_SECONDS = 75;

/**
 * Admission control makes a node delay work according to the load of its machine. Here that is also the load of two other nodes
 * and of all other processes. A 26.1 alpha delayed work without end (docs/faults.md).
 */
const ADMISSION = ['admission.kv.enabled', 'admission.sql_kv_response.enabled', 'admission.sql_sql_response.enabled'];

/**
 * Waits until every range has a replica in every region: before that, the only majority of a range may be lost with one region.
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
