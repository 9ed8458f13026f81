import { KeyRing } from '@tidemark/application';
import { connect } from '@tidemark/database';

/** Which API keys a service has: none was ever made, some are active, or all are revoked. */
export type Keys = 'none' | 'active' | 'revoked';

/** Reads the API keys of a database. */
export async function keysOf(url: string): Promise<Keys> {
  const database = await connect({ url, role: 'tidemark_api', applicationName: 'tidemark dev', poolSize: 1 });
  try {
    const keys = await KeyRing.load(database);
    if (keys.neverUsed) return 'none';
    return keys.empty ? 'revoked' : 'active';
  } finally {
    await database.close();
  }
}
