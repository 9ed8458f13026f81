import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Identifies a process. The process id alone is not enough, because the system reuses it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time, in the system's notation; equal only for the same process. */
  readonly birth: string;
}

const POLL_MS = 50;

/** Undefined if there is no such process, or if it is a zombie. */
export function processIdentityOf(pid: number): ProcessIdentity | undefined {
  const birth = process.platform === 'linux' ? birthFromProc(pid) : birthFromPs(pid);
  return birth === undefined ? undefined : { pid, birth };
}

/** Whether exactly this process runs. */
export function isAlive({ pid, birth }: ProcessIdentity): boolean {
  return processIdentityOf(pid)?.birth === birth;
}

/**
 * Ends a process and the group that it leads: SIGTERM first, SIGKILL when the time is over.
 *
 * @param graceMs 0: SIGKILL at once
 */
export async function endGroup(identity: ProcessIdentity, graceMs: number): Promise<void> {
  if (!isAlive(identity)) return;
  if (graceMs > 0) {
    signalGroup(identity.pid, 'SIGTERM');
    if (await goneWithin(identity, graceMs)) return signalGroup(identity.pid, 'SIGKILL');
  }
  signalGroup(identity.pid, 'SIGKILL');
  await goneWithin(identity, Number.POSITIVE_INFINITY); // SIGKILL cannot be blocked
}

/** Sends a signal to a group that may be gone. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function goneWithin(identity: ProcessIdentity, ms: number): Promise<boolean> {
  const giveUpAt = performance.now() + ms;
  while (isAlive(identity)) {
    if (performance.now() > giveUpAt) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * proc(5): field 3 is the state, field 20 the number of threads, field 22 the start in ticks since boot; the name in field 2
 * may contain anything.
 */
function birthFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie whose other threads are still ending has not closed its ports yet.
    if (fields[0] === 'X' || (fields[0] === 'Z' && Number(fields[17]) <= 1)) return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function birthFromPs(pid: number): string | undefined {
  try {
    const [state = 'Z', ...began] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return state.startsWith('Z') ? undefined : began.join(' ');
  } catch {
    return undefined;
  }
}
