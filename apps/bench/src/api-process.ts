import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { memoryPeakOf } from './memory-peak.js';

/** How long the API may take to listen: half a second alone, and a hundred times as long on a machine under load. */
const START_MS_MAX = 60_000;
const LOOK_EVERY_MS = 50;
const MAIN = fileURLToPath(new URL('../../api/dist/main.js', import.meta.url));

/** The API as it runs in production: its own process, a line in the log for each request (here to nowhere), no worker. */
export class ApiProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** @throws Error when it does not listen in time */
  static async start(databaseUrl: string): Promise<ApiProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, [MAIN], {
      env: { ...process.env, DATABASE_URL: databaseUrl, HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'info' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const api = new ApiProcess(`http://127.0.0.1:${port}`, child);
    const giveUpAt = performance.now() + START_MS_MAX;
    while (!(await api.listens())) {
      if (child.exitCode !== null || performance.now() > giveUpAt) {
        await api.stop();
        throw new Error('the API did not start');
      }
      await sleep(LOOK_EVERY_MS);
    }
    return api;
  }

  /** The most memory it has had, MiB. Linux only; elsewhere undefined. */
  memoryPeak(): Promise<number | undefined> {
    return memoryPeakOf(this.child);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }

  private listens(): Promise<boolean> {
    return fetch(`${this.url}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
