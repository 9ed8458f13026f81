import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartRefused } from '../errors.js';
import type { LocalDatabase } from './local-database.js';
import { postgresBinaries } from './postgres-binaries.js';
import { initialise, launch, shutDown } from './postgres-server.js';
import { removeStalePid, runningPostmaster } from './postmaster.js';
import * as presence from './presence.js';
import { canEnter, whoRuns } from './run-as.js';

export interface LocalPostgresOptions {
  /** For example `.tidemark/postgres`. Created if need be. */
  directory: string;
  /** Absent or 0: the last port if it is free, otherwise any free port. */
  port?: number;
  /** The database in the URL. It is not created here; `migrate` does that. */
  database?: string;
  log?: (line: string) => void;
}

/** The first answer comes after crash recovery. Recovery of 10 GB of log takes about this long on a slow disk. */
const START_MS_MAX = 120_000;
const POLL_MS = 50;
/** Another process can take the free port before PostgreSQL uses it, and sessions of a killed server need some time to end. */
const LAUNCHES_MAX = 10;
const RELAUNCH_MS = 300;
/** The directory for root if `nobody` has no access to the configured one (a home under /root has mode 0700). */
const ROOT_MOVES_TO = '/var/lib/tidemark';

/**
 * Starts PostgreSQL from the binaries in `node_modules` on a directory, or uses the server that runs there already. Any
 * number of processes may do so at once. The server has a session of its own: Ctrl-C does not reach it, and it
 * keeps running when a process is killed. The next process uses it. `stop()` shuts it down when no other process is connected.
 *
 * It listens only on 127.0.0.1, trusts every local user, and is durable (`fsync` on). If the caller is root, the server runs
 * as `nobody`, if needed in another directory. `log` gets that directory.
 *
 * @throws StartRefused in one line: no binaries for this platform, data of another user, no answer in time
 */
export async function localPostgres(options: LocalPostgresOptions): Promise<LocalDatabase> {
  const log = options.log ?? (() => undefined);
  await mkdir(resolve(options.directory), { recursive: true });
  const directory = await realpath(options.directory);
  const home = await serverHome(directory, log);
  const data = join(home, 'data');
  const as = whoRuns(data);
  const joined = (await tryJoin(data)) ?? (await start());

  let leaving: Promise<void> | undefined;
  return {
    url: `postgresql://postgres@127.0.0.1:${joined.port}/${options.database ?? 'tidemark'}`,
    engine: 'postgres',
    startedHere: joined.startedHere,
    stop: () => (leaving ??= joined.present.leave(() => shutDown(data, joined.pid))),
  };

  async function start() {
    const binaries = await postgresBinaries(as, home);
    if (!existsSync(join(data, 'PG_VERSION'))) await initialise({ binaries, data, as, log });
    const giveUpAt = performance.now() + START_MS_MAX;
    for (let launches = 0; launches < LAUNCHES_MAX; launches++) {
      const portFile = join(directory, 'port');
      const wanted = options.port || Number(await readFile(portFile, 'utf8').catch(() => '0'));
      const server = await launch({ binaries, data, as, wanted, logFile: join(directory, 'server.log') });
      while (performance.now() < giveUpAt) {
        const found = await tryJoin(data);
        if (found) {
          // Two processes started a server. PostgreSQL's lock on the directory ended one of the two servers.
          const startedHere = found.pid === server.pid;
          if (startedHere) await writeFile(portFile, String(found.port));
          return { ...found, startedHere };
        }
        if (server.hasExited() && !(await runningPostmaster(data))) break;
        await sleep(POLL_MS);
      }
      await sleep(RELAUNCH_MS);
    }
    throw new StartRefused(`PostgreSQL did not start; its reasons are in ${join(directory, 'server.log')}`);
  }
}

async function tryJoin(data: string) {
  const running = await runningPostmaster(data);
  if (!running) return undefined;
  if (await removeStalePid(data, running)) return undefined;
  if (running.port === undefined) return undefined;
  try {
    const present = await presence.join(running.port, data);
    return { present, pid: running.pid, port: running.port, startedHere: false };
  } catch {
    return undefined; // still starting, or already stopping
  }
}

/** The directory itself, or for root one that `nobody` has access to. The file `moved-to` then names it. */
async function serverHome(directory: string, log: (line: string) => void): Promise<string> {
  const pointer = join(directory, 'moved-to');
  const moved = async () => (await readFile(pointer, 'utf8').catch(() => '')).trim();
  const known = await moved();
  if (known !== '') return known;
  if (canEnter(directory, whoRuns(join(directory, 'data')))) return directory;
  // The name is random and not derived from the path: after the directory was deleted, its old data must not be used again.
  const home = join(ROOT_MOVES_TO, randomUUID());
  const unfinished = `${pointer}.${randomUUID()}`;
  await writeFile(unfinished, `${home}\n`);
  await link(unfinished, pointer).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error; // otherwise another process was faster, and its directory is used
  });
  await rm(unfinished);
  const chosen = await moved();
  await mkdir(chosen, { recursive: true, mode: 0o755 });
  if (chosen === home)
    log(`PostgreSQL may not run as root and user nobody cannot enter ${directory}: its data is in ${home}`);
  return chosen;
}
