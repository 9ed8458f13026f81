import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

/** The user that a server process runs as. Absent: the current user. */
export interface RunAs {
  uid: number;
  gid: number;
}

/**
 * Determines the server's user. PostgreSQL refuses to run as root, and its user must own the data. So root
 * starts it as the owner of the data, or as `nobody` for new data.
 *
 * @param data the data directory, which may not exist yet
 */
export function whoRuns(data: string): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(data)) {
    const { uid, gid } = statSync(data);
    if (uid !== 0) return { uid, gid };
  }
  return { uid: numberOf('-u'), gid: numberOf('-g') };
}

function numberOf(flag: '-u' | '-g'): number {
  const { stdout, status } = spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' });
  if (status !== 0) throw new Error('running as root needs a user `nobody` to run PostgreSQL as, and there is none');
  return Number(stdout.trim());
}

/** True when that user has access to the directory. This needs permission on every directory above it too. */
export function canEnter(directory: string, as: RunAs | undefined): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$0" && test -r "$0"', directory], { cwd: '/', ...as }).status === 0;
}
