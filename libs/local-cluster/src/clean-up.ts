import type { ClusterFiles } from './cluster-files.js';
import { endGroup, isAlive } from './process-identity.js';

/** The supervisor ends its services in order, which is bounded; beyond it something is wrong with the supervisor itself. */
const SUPERVISOR_GRACE_MS = 20_000;
/** A guard may be ending its group already. */
const PROCESS_GRACE_MS = 3_000;

/** Whether the supervisor of a directory runs. */
export function isUp(files: ClusterFiles): boolean {
  const record = files.record();
  return record !== undefined && isAlive(record.supervisor);
}

/**
 * Ends everything that runs for a directory, whatever happened to its supervisor: the supervisor in order, and then by
 * their records all that it may have left. A number that now belongs to another process is left alone.
 *
 * @returns how many processes were ended, the supervisor's own included
 */
export async function cleanUp(files: ClusterFiles): Promise<number> {
  const supervisor = files.record()?.supervisor;
  const all = files.processes().filter(({ identity }) => isAlive(identity));
  let ended = all.length;
  if (supervisor && isAlive(supervisor)) {
    ended += 1;
    await endGroup(supervisor, SUPERVISOR_GRACE_MS);
  }
  const left = files.processes().filter(({ identity }) => isAlive(identity));
  await Promise.all(left.map(({ identity }) => endGroup(identity, PROCESS_GRACE_MS)));
  files.forgetAll();
  return ended;
}
