import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Database } from '@tidemark/database';
import { regionsOf } from '@tidemark/event-store';
import { cuttingProxy, freshDatabase, type CuttingProxy } from '@tidemark/testing';
import type { Tailed } from './checking/evidence.js';
import { Tailer } from './checking/tailer.js';
import { ambiguousProxy, type AmbiguousProxy } from './servers/ambiguous-proxy.js';
import { REGIONS } from './servers/region-cluster.js';
import { ServiceProcess } from './servers/service-process.js';
import type { SetStage } from './stage.js';

const API_PROCESSES = 2;

export interface SceneOptions {
  readonly jumpingClocks: boolean;
  /** Spread the database over the regions of its cluster, and give every API process a region. */
  readonly spread: boolean;
}

interface Gateway {
  readonly databaseUrl: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A Tidemark as it is run: a fresh database, API processes, a worker, proxies between them, and a tailer that watches. */
export class Scene {
  private readonly closers: (() => Promise<unknown>)[] = [];
  owner!: Database;
  proxy!: CuttingProxy;
  denying!: AmbiguousProxy;
  tailers: readonly Tailer[] = [];
  worker!: ServiceProcess;
  apis: readonly ServiceProcess[] = [];
  private scratch = '';

  static async open(stage: SetStage, options: SceneOptions): Promise<Scene> {
    const scene = new Scene();
    try {
      await scene.set(stage, options);
      return scene;
    } catch (error) {
      await scene.close();
      throw error;
    }
  }

  /** Moves the wall clock of an API process. */
  async setClock(api: number, offsetMs: number): Promise<void> {
    const file = this.clockFile(api);
    await writeFile(`${file}.new`, String(offsetMs));
    await rename(`${file}.new`, file); // a reader sees the old or the new, and never half of it
  }

  /** Stops the tailers and tells what they saw, all regions together. */
  async tailed(): Promise<Tailed> {
    const all = await Promise.all(this.tailers.map((tailer) => tailer.finish()));
    return { commits: all.flatMap(({ commits }) => commits), events: all.flatMap(({ events }) => events) };
  }

  async stopServices(): Promise<void> {
    await Promise.all([...this.apis, this.worker].map((service) => service.stop()));
  }

  /** What the services logged from `warn` on, the end of it. */
  logs(): string {
    const services = [...this.apis, this.worker].filter((service) => service !== undefined);
    return services.map((service) => service.log.slice(-3_000)).join('\n---\n');
  }

  async close(): Promise<void> {
    for (const close of this.closers.reverse()) await close().catch(() => undefined);
  }

  private async set(stage: SetStage, { jumpingClocks, spread }: SceneOptions): Promise<void> {
    this.scratch = await mkdtemp(join(tmpdir(), 'tidemark-simulation-'));
    this.closers.push(() => rm(this.scratch, { recursive: true, force: true }));
    const { url, drop } = await freshDatabase(stage.engine);
    if (!stage.server && !stage.cluster) this.closers.push(drop); // else its server goes too
    if (spread) await stage.cluster?.spread(url);
    this.owner = await connect({ url, applicationName: 'simulation-owner', poolSize: 3 });
    this.closers.push(() => this.owner.close());
    const { logs } = await regionsOf(this.owner);
    const following = await connect({
      ...{ url, role: 'tidemark_worker', applicationName: 'simulation-tailer', poolSize: logs.length },
    });
    this.closers.push(() => following.close());
    this.tailers = logs.map((region) => new Tailer(following, region));
    this.closers.push(() => Promise.all(this.tailers.map((tailer) => tailer.stop())));
    this.proxy = await cuttingProxy(url);
    this.closers.push(() => this.proxy.close());
    this.denying = await ambiguousProxy(this.proxy.url);
    this.closers.push(() => this.denying.close());
    await this.startServices(this.gateways(stage, url, spread), jumpingClocks);
  }

  /** Where each API process and then the worker connect to: on the stage `cluster` everyone at home, else through the proxies. */
  private gateways({ cluster }: SetStage, url: string, spread: boolean): Gateway[] {
    if (!cluster) return Array.from({ length: API_PROCESSES + 1 }, () => ({ databaseUrl: this.denying.url }));
    const database = new URL(url).pathname.slice(1);
    return REGIONS.map((region) => ({
      databaseUrl: cluster.url(region, database),
      ...(spread && { env: { REGION: region } }),
    }));
  }

  private async startServices(gateways: readonly Gateway[], jumpingClocks: boolean): Promise<void> {
    const started = async (service: Promise<ServiceProcess>) => {
      const running = await service;
      this.closers.push(() => running.stop());
      return running;
    };
    const api = (number: number) => {
      const { databaseUrl, env = {} } = gateways[number]!;
      const clock = jumpingClocks && { preload: ['jumping-clock'] };
      const offset = jumpingClocks && { CLOCK_OFFSET_FILE: this.clockFile(number) };
      return started(ServiceProcess.start({ kind: 'api', databaseUrl, env: { ...env, ...offset }, ...clock }));
    };
    const [worker, ...apis] = await Promise.all([
      started(ServiceProcess.start({ kind: 'worker', ...gateways[API_PROCESSES]! })),
      ...Array.from({ length: API_PROCESSES }, (_, number) => api(number)),
    ]);
    this.worker = worker;
    this.apis = apis;
  }

  private clockFile(api: number): string {
    return join(this.scratch, `clock-${api}`);
  }
}
