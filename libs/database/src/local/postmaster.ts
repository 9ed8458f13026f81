import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The contents of a running server's `postmaster.pid`. */
export interface Postmaster {
  pid: number;
  /** Absent while it is still starting. */
  port?: number;
}

/**
 * Reads `postmaster.pid`. Lines: pid, data directory, start time, port, …
 * (src/include/utils/pidfile.h of PostgreSQL).
 *
 * @returns undefined when there is none or its process is gone; then the next start may have the directory
 */
export async function runningPostmaster(data: string): Promise<Postmaster | undefined> {
  let lines: string[];
  try {
    lines = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const pid = Math.abs(Number(lines[0])); // negative for a single-user backend
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid === 0 || !isAlive(pid)) return undefined;
  return { pid, ...(port > 0 && { port }) };
}

/**
 * Removes a `postmaster.pid` whose number belongs to another program by now, which happens when a container starts
 * again: PostgreSQL only asks whether the process exists, and would refuse to start for ever.
 *
 * @returns whether there was such a file
 */
export async function removeStalePid(data: string, { pid }: Postmaster): Promise<boolean> {
  if (isPostgres(pid)) return false;
  await rm(join(data, 'postmaster.pid'), { force: true });
  return true;
}

/** True while the process exists, whoever it belongs to; a zombie does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true; // no /proc here (macOS), where a signal is all there is to ask
  }
}

function isPostgres(pid: number): boolean {
  try {
    return /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    try {
      return /postgres/.test(execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }));
    } catch {
      return false;
    }
  }
}
