import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { StrategyName } from '@tidemark/event-store';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const STRATEGY_API = fileURLToPath(new URL('strategy-api.ts', import.meta.url));
const PRELOAD = fileURLToPath(new URL('../preload', import.meta.url));
/** A Node process with Nest starts in 0.5 s. A machine under load needs longer. */
const START_MS_MAX = 120_000;
/** Longer than the service waits for its requests in flight. */
const STOP_MS_MAX = 25_000;
const LOOK_EVERY_MS = 50;
/** The pause of a supervisor before a restart, so that an unavailable database does not cause a busy loop. */
const RESTART_AFTER_MS = 150;
/** A process that ends this often has a defect, and was not ended by a fault. */
const RESTARTS_MAX = 300;
const LOG_BYTES_KEPT = 64 * 1024;

export interface ServiceOptions {
  readonly kind: 'api' | 'worker';
  readonly databaseUrl: string;
  readonly env?: Readonly<Record<string, string>>;
  /** For an API: another write strategy than the product's. */
  readonly strategy?: StrategyName;
  /** Files of `preload/` in addition to `end-with-parent`. */
  readonly preload?: readonly string[];
}

/** An API or worker process as in production: compiled, as a separate process, and started again when it ends. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private supervised = true;
  private restarts = 0;
  private said = '';

  private constructor(
    private readonly options: ServiceOptions,
    private readonly port: number,
  ) {}

  /** Starts it and waits until it answers. The port stays the same after restarts. */
  static async start(options: ServiceOptions): Promise<ServiceProcess> {
    const service = new ServiceProcess(options, await freePort());
    service.launch();
    await service.untilItAnswers();
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The end of its log, from level `warn`. */
  get log(): string {
    return this.said;
  }

  /** How often it has ended or was killed. */
  get deaths(): number {
    return this.restarts;
  }

  /** Waits until the process answers on its port. */
  async untilItAnswers(): Promise<void> {
    const giveUpAt = performance.now() + START_MS_MAX;
    while (performance.now() < giveUpAt) {
      const live = await fetch(`${this.url}/health/live`).catch(() => undefined);
      await live?.body?.cancel();
      if (live?.status === 200) return;
      await sleep(LOOK_EVERY_MS);
    }
    throw new Error(`the ${this.options.kind} did not start: ${this.said.slice(-2_000)}`);
  }

  /** kill -9. The supervisor starts it again. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async stop(): Promise<void> {
    this.supervised = false;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    await ended;
    clearTimeout(patience);
  }

  /** The counters of `/metrics` whose name begins with `prefix`, by name and labels in the notation of `/metrics`. */
  async metrics(prefix: string): Promise<Map<string, number>> {
    const text = await fetch(`${this.url}/metrics`).then((answer) => answer.text());
    const lines = text.split('\n').filter((line) => line.startsWith(prefix));
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
  }

  private launch(): void {
    const { kind, databaseUrl, env = {}, preload = [], strategy } = this.options;
    const imports = ['end-with-parent', ...preload].flatMap((name) => ['--import', `${PRELOAD}/${name}.ts`]);
    const program = strategy ? STRATEGY_API : `${ROOT}/apps/${kind}/dist/main.js`;
    const child = spawn(process.execPath, ['--no-warnings', ...imports, program], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        PARENT_PID: String(process.pid),
        DATABASE_URL: databaseUrl,
        LOG_LEVEL: 'warn',
        PORT: String(this.port),
        WORKER_PORT: String(this.port),
        ...(strategy && { STRATEGY: strategy }),
        ...env,
      },
    });
    this.child = child;
    const keep = (chunk: Buffer) => (this.said = (this.said + chunk.toString()).slice(-LOG_BYTES_KEPT));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('exit', () => {
      if (this.supervised && this.restarts++ < RESTARTS_MAX) {
        setTimeout(() => this.supervised && this.launch(), RESTART_AFTER_MS);
      }
    });
  }
}

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
