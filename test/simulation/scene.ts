import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Database } from '@tidemark/database';
import { regionsOf, type StrategyName } from '@tidemark/event-store';
import { cuttingProxy, freshDatabase, type CuttingProxy } from '@tidemark/testing';
import type { Tailed } from './checking/evidence.js';
import { Tailer } from './checking/tailer.js';
import { ambiguousProxy, type AmbiguousProxy } from './servers/ambiguous-proxy.js';
import { REGIONS } from './servers/region-cluster.js';
import { ServiceProcess, type ServiceOptions } from './servers/service-process.js';
import { Switch } from './servers/switch.js';
import type { SetStage } from './stage.js';

const API_PROCESSES = 2;

export interface SceneOptions {
  readonly jumpingClocks: boolean;
  /** Adds an API process for each of these strategies. */
  readonly besides: readonly StrategyName[];
  /** Spread the database over the regions of its cluster, and give every API process a region. */
  readonly spread: boolean;
}

type Gateway = Pick<ServiceOptions, 'databaseUrl' | 'env'>;

/** A complete Tidemark: a fresh database, API processes, a worker, proxies to the database, and a tailer. */
export class Scene {
  private readonly closers: (() => Promise<unknown>)[] = [];
  owner!: Database;
  proxy!: CuttingProxy;
  denying!: AmbiguousProxy;
  tailers: readonly Tailer[] = [];
  worker!: ServiceProcess;
  apis: readonly ServiceProcess[] = [];
  /** The additional API processes by strategy. */
  besides: ReadonlyMap<StrategyName, ServiceProcess> = new Map();
  /** The possible home regions; empty if there is only one. */
  homes: readonly string[] = [];
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
    await this.switchOf(`clock-${api}`).set(offsetMs);
  }

  /** Lets the database end a share of the explicit transactions with a restart error. */
  async forceRestarts(share: number): Promise<void> {
    await this.switchOf('restarts').set(share);
  }

  /** Stops the tailers. @returns the events of all regions together */
  async tailed(): Promise<Tailed> {
    const all = await Promise.all(this.tailers.map((tailer) => tailer.finish()));
    return { commits: all.flatMap(({ commits }) => commits), events: all.flatMap(({ events }) => events) };
  }

  async stopServices(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
  }

  /** The end of the services' logs, from level `warn`. */
  logs(): string {
    return this.services.map((service) => service.log.slice(-3_000)).join('\n---\n');
  }

  private get services(): ServiceProcess[] {
    return [...this.apis, ...this.besides.values(), this.worker].filter((service) => service !== undefined);
  }

  async close(): Promise<void> {
    for (const close of this.closers.reverse()) await close().catch(() => undefined);
  }

  private async set(stage: SetStage, options: SceneOptions): Promise<void> {
    const { spread } = options;
    this.scratch = await mkdtemp(join(tmpdir(), 'tidemark-simulation-'));
    this.closers.push(() => rm(this.scratch, { recursive: true, force: true }));
    const { url, drop } = await freshDatabase(stage.engine);
    // A private server is removed at the end too, but a small disk has no space for the databases of many rounds.
    if (stage.engine.engine === 'postgres' || !(stage.server || stage.cluster)) this.closers.push(drop);
    if (spread) await stage.cluster?.spread(url);
    this.owner = await connect({ url, applicationName: 'simulation-owner', poolSize: 3 });
    this.closers.push(() => this.owner.close());
    const { homes, logs } = await regionsOf(this.owner);
    if (spread) this.homes = homes;
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
    await this.startServices(this.gateways(stage, url, spread), options);
  }

  /** The database URLs of the API processes and the worker: on the stage `cluster` the node of their region, otherwise the proxies. */
  private gateways({ cluster }: SetStage, url: string, spread: boolean): Gateway[] {
    if (!cluster) return Array.from({ length: API_PROCESSES + 1 }, () => ({ databaseUrl: this.denying.url }));
    const database = new URL(url).pathname.slice(1);
    return REGIONS.map((region) => ({
      databaseUrl: cluster.url(region, database),
      ...(spread && { env: { REGION: region } }),
    }));
  }

  private async startServices(gateways: readonly Gateway[], options: SceneOptions): Promise<void> {
    const { jumpingClocks, besides } = options;
    const started = async (service: ServiceOptions) => {
      const running = await ServiceProcess.start(service);
      this.closers.push(() => running.stop());
      return running;
    };
    const api = (number: number) => {
      const { databaseUrl, env = {} } = gateways[number]!;
      const clock = jumpingClocks && { preload: ['jumping-clock'] };
      const offset = jumpingClocks && { CLOCK_OFFSET_FILE: this.switchOf(`clock-${number}`).file };
      return started({ kind: 'api', databaseUrl, env: { ...env, ...offset }, ...clock });
    };
    const beside = async (strategy: StrategyName) => {
      const env = { RESTART_ERRORS_FILE: this.switchOf('restarts').file };
      return [
        strategy,
        await started({ kind: 'api', ...gateways[0]!, strategy, env, preload: ['restart-errors'] }),
      ] as const;
    };
    const [worker, apis, others] = await Promise.all([
      started({ kind: 'worker', ...gateways[API_PROCESSES]! }),
      Promise.all(Array.from({ length: API_PROCESSES }, (_, number) => api(number))),
      Promise.all(besides.map(beside)),
    ]);
    this.worker = worker;
    this.apis = apis;
    this.besides = new Map(others);
  }

  private switchOf(name: string): Switch {
    return new Switch(join(this.scratch, name));
  }
}
