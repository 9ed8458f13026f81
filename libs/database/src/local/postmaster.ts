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
 * @returns undefined when there is none or its process has ended; then a server can be started on the directory
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
 * Removes a `postmaster.pid` whose process id now belongs to another program. This happens when a container starts again.
 * PostgreSQL checks only whether the process exists, so it would refuse every start.
 *
 * @returns whether there was such a file
 */
export async function removeStalePid(data: string, { pid }: Postmaster): Promise<boolean> {
  if (isPostgres(pid)) return false;
  await rm(join(data, 'postmaster.pid'), { force: true });
  return true;
}

/** True while the process exists, for any owner. A zombie does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true; // without /proc (macOS), the signal is the only check
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
