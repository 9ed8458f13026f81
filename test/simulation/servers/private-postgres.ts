import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, localPostgres } from '@tidemark/database';
import type { DatabaseServer } from './database-server.js';

const LOOK_EVERY_MS = 20;
/** A fast shutdown writes a checkpoint. */
const SHUTDOWN_MS_MAX = 15_000;

/** A private, durable PostgreSQL from the binaries that Tidemark embeds. */
export async function privatePostgres(directory: string): Promise<DatabaseServer> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755); // if this process is root, the server runs as another user
  let local = await localPostgres({ directory, database: 'postgres' });
  const { url } = local;
  const asked = await connect({ url, applicationName: 'tidemark-simulation', poolSize: 1 });
  const { rows } = await asked.query<{ data: string }>(`SELECT current_setting('data_directory') AS data`);
  await asked.close();
  const { data } = rows[0]!;

  const pidFile = async () => (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]!;
  const end = async (signal: 'SIGINT' | 'SIGKILL') => {
    const pid = Number(await pidFile());
    if (pid > 0 && isRunning(pid)) process.kill(pid, signal);
    const giveUpAt = performance.now() + SHUTDOWN_MS_MAX;
    while (pid > 0 && isRunning(pid)) {
      if (performance.now() > giveUpAt) process.kill(pid, 'SIGKILL');
      await sleep(LOOK_EVERY_MS);
    }
    await local.stop();
  };
  return {
    engine: 'postgres',
    url,
    kill: () => end('SIGKILL'), // its backends detect this and end
    shutDown: () => end('SIGINT'),
    async start() {
      local = await localPostgres({ directory, database: 'postgres', port: Number(new URL(url).port) });
      if (local.url !== url) throw new Error(`the server came back as ${local.url} and not as ${url}`);
    },
    async close() {
      await end('SIGINT');
      await rm(data, { recursive: true, force: true });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
