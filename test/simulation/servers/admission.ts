import { connect } from '@tidemark/database';

/**
 * Seen with a 26.1 alpha: after some minutes of load every statement of the node waits for ever
 * (`admission_wait_queue_length_sql_kv_response` grows, `admission_granter_cpu_load_short_period_duration_kv` stays 0). This does
 * not happen without admission control. The cause is unknown.
 */
const SETTINGS = ['admission.kv.enabled', 'admission.sql_kv_response.enabled', 'admission.sql_sql_response.enabled'];

/** Switches admission control off on a temporary node. */
export async function withoutAdmissionControl(url: string): Promise<void> {
  const database = await connect({ url, applicationName: 'tidemark-simulation', poolSize: 1 });
  try {
    for (const setting of SETTINGS) await database.query(`SET CLUSTER SETTING ${setting} = false`);
  } finally {
    await database.close();
  }
}
