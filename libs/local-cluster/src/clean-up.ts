import type { ClusterFiles } from './cluster-files.js';
import { endGroup, isAlive } from './process-identity.js';

/** The supervisor ends its services in order, in less than this time. If it takes longer, the supervisor itself is faulty. */
const SUPERVISOR_GRACE_MS = 20_000;
/** Time for a guard that is already ending its group. */
const PROCESS_GRACE_MS = 3_000;

/** Whether the supervisor of a directory runs. */
export function isUp(files: ClusterFiles): boolean {
  const record = files.record();
  return record !== undefined && isAlive(record.supervisor);
}

/**
 * Ends all processes of a directory, also after its supervisor has crashed. It ends the supervisor in order, and then
 * every process whose record is left. If a process id now belongs to another process, that process is not ended.
 *
 * @returns the number of ended processes, including the supervisor
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
