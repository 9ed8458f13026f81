import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartRefused } from '../errors.js';
import { freePort } from './free-port.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { isAlive } from './postmaster.js';
import type { RunAs } from './run-as.js';

/** Above this size the server's log is started anew. It is only needed for the last one or two starts. */
const LOG_BYTES_MAX = 10 * 1024 * 1024;
/** A fast shutdown writes a checkpoint. After this time we no longer wait, and it finishes by itself. */
const SHUTDOWN_MS_MAX = 60_000;
const POLL_MS = 25;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '128MB',
  max_connections: '200',
  // If a client is gone, its statement ends within 1 s and releases its locks.
  client_connection_check_interval: '1s',
};

/** The environment without the caller's PG* variables and locale, because they would change the server's behaviour. */
function spawnOptions(as: RunAs | undefined): SpawnOptions {
  return { cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }, ...as };
}

/**
 * Creates a cluster with `initdb`, under a temporary name first. So an interrupted or simultaneous attempt never
 * leaves half a directory. The first process that renames its directory wins.
 */
export async function initialise(from: {
  binaries: PostgresBinaries;
  data: string;
  as: RunAs | undefined;
  log: (line: string) => void;
}): Promise<void> {
  const { binaries, data, as } = from;
  if (existsSync(data)) throw new StartRefused(`${data} is there but holds no PostgreSQL data`);
  from.log(`creating a PostgreSQL database in ${data}`);
  const unfinished = await mkdtemp(`${data}.`);
  if (as) await chown(unfinished, as.uid, as.gid);
  const made = spawn(
    binaries.initdb,
    ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-instructions', '-D', unfinished],
    { ...spawnOptions(as), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  made.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(made, 'close')) as [number | null];
  if (code !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    throw new StartRefused(`initdb failed: ${complaint.trim().replaceAll('\n', ' ')}`);
  }
  await rename(unfinished, data).catch(async (error: NodeJS.ErrnoException) => {
    await rm(unfinished, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // otherwise another process was faster
  });
}

/**
 * Starts the server in a session of its own and does not wait for it. PostgreSQL locks its directory, so of two servers
 * that are started on one directory, one ends at once.
 *
 * @param from.wanted the preferred port; if it is not free, another one is used
 */
export async function launch(from: {
  binaries: PostgresBinaries;
  data: string;
  as: RunAs | undefined;
  wanted: number;
  logFile: string;
}): Promise<{ pid: number; hasExited(): boolean }> {
  const { size } = await stat(from.logFile).catch(() => ({ size: 0 }));
  const log = await open(from.logFile, size > LOG_BYTES_MAX ? 'w' : 'a');
  const settings = { ...SETTINGS, port: String(await freePort(from.wanted)) };
  try {
    const server = spawn(
      from.binaries.postgres,
      ['-D', from.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...spawnOptions(from.as), detached: true, stdio: ['ignore', log.fd, log.fd] },
    );
    await once(server, 'spawn');
    server.unref();
    return { pid: server.pid!, hasExited: () => server.exitCode !== null || server.signalCode !== null };
  } finally {
    await log.close();
  }
}

/** Fast shutdown: open transactions are rolled back, everything committed is on disk. Waits until the process is gone. */
export async function shutDown(data: string, pid: number): Promise<void> {
  process.kill(pid, 'SIGINT'); // https://www.postgresql.org/docs/current/server-shutdown.html
  const giveUpAt = performance.now() + SHUTDOWN_MS_MAX;
  while (performance.now() < giveUpAt && (isAlive(pid) || existsSync(join(data, 'postmaster.pid')))) {
    await sleep(POLL_MS);
  }
}
