import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** How long the API may take to listen: half a second alone, and a hundred times as long on a machine under load. */
const START_MS_MAX = 60_000;
const LOOK_EVERY_MS = 50;
const programOf = (app: 'api' | 'worker') => fileURLToPath(new URL(`../../${app}/dist/main.js`, import.meta.url));

/** An app as it runs in production: its own process. */
class ServiceProcess {
  protected constructor(protected readonly child: ChildProcess) {}

  protected static spawn(app: 'api' | 'worker', environment: Readonly<Record<string, string>>): ChildProcess {
    return spawn(process.execPath, [programOf(app)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  /** The most memory it has had, MiB. Linux only; elsewhere undefined. */
  async memoryPeak(): Promise<number | undefined> {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8').catch(() => '');
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
    return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1_024);
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }
}

/** The API, with a line in the log for each request (here to nowhere), and no worker. */
export class ApiProcess extends ServiceProcess {
  private constructor(
    child: ChildProcess,
    readonly url: string,
  ) {
    super(child);
  }

  /** @throws Error when it does not listen in time */
  static async start(databaseUrl: string): Promise<ApiProcess> {
    const port = String(await freePort());
    const environment = { DATABASE_URL: databaseUrl, HOST: '127.0.0.1', PORT: port, LOG_LEVEL: 'info' };
    const api = new ApiProcess(ServiceProcess.spawn('api', environment), `http://127.0.0.1:${port}`);
    const giveUpAt = performance.now() + START_MS_MAX;
    while (!(await api.listens())) {
      if (api.child.exitCode !== null || performance.now() > giveUpAt) {
        await api.stop();
        throw new Error('the API did not start');
      }
      await sleep(LOOK_EVERY_MS);
    }
    return api;
  }

  private listens(): Promise<boolean> {
    return fetch(`${this.url}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}

export class WorkerProcess extends ServiceProcess {
  static async start(databaseUrl: string): Promise<WorkerProcess> {
    const environment = { DATABASE_URL: databaseUrl, WORKER_PORT: '0', LOG_LEVEL: 'warn' };
    const child = ServiceProcess.spawn('worker', environment);
    await once(child, 'spawn');
    return new WorkerProcess(child);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
