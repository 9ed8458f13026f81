import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { check } from './checking/checker.js';
import { readDatabase, type Evidence } from './checking/evidence.js';
import type { Violation } from './checking/violation.js';
import { ClientModel } from './clients/client-model.js';
import { HttpConnections } from './clients/http-connection.js';
import { SimulatedClient, type Routes } from './clients/simulated-client.js';
import { circlesOf, SMALL_CROWD, walletNames, type Crowd } from './clients/crowd.js';
import { preparationOf, workloadOf } from './clients/workload.js';
import { shareOf, type Fault, type World } from './fault.js';
import { Scene } from './scene.js';
import { SeededRandom } from './seeded-random.js';
import type { ServiceProcess } from './servers/service-process.js';
import type { SetStage } from './stage.js';

export interface SimulationOptions {
  readonly stage: SetStage;
  /** They run one after the other, each with its share of the commands. */
  readonly faults: readonly Fault[];
  readonly seed: number;
  /** Minimum number of commands: clients run until every fault has ended. */
  readonly commands: number;
  /** Absent: the small crowd. */
  readonly crowd?: Crowd;
  /** On the stage `cluster`: use the multi-region schema. Absent: no. */
  readonly spread?: boolean;
}

/** Data of a run, and its violations. */
export interface SimulationReport {
  readonly seed: number;
  readonly commands: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly replayed: number;
  /** Number of keys that were repeated: after their answer, twice at once, or with another body. */
  readonly repeats: number;
  readonly unresolved: number;
  /** Number of requests without a definite answer. All were sent again. */
  readonly indefinite: number;
  readonly reads: number;
  readonly seconds: number;
  /** Retries by reason and ambiguous results by outcome, from `/metrics` of the processes at the end of the run. */
  readonly counters: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
  readonly violations: readonly Violation[];
  /** All data of the run, for a closer analysis. */
  readonly evidence: Evidence;
}

/** A run without a finished command in this time has stalled. Every fault lasts less than half of it. */
const STALLED_MS = 150_000;
const CATCH_UP_MS_MAX = 120_000;
const CATCH_UP_LOOK_EVERY_MS = 100;
const LOOK_EVERY_MS = 20;

/**
 * Runs clients against real processes on a real database during faults, and checks the database afterwards.
 *
 * @throws Error with the seed and the end of the services' logs when the run cannot be completed
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { stage, faults, seed, commands, crowd = SMALL_CROWD, spread = false } = options;
  const startedAt = performance.now();
  const jumpingClocks = faults.some((fault) => fault.jumpingClocks);
  const besides = [...new Set(faults.flatMap((fault) => fault.besides ?? []))];
  const scene = await Scene.open(stage, { jumpingClocks, spread, besides });
  const http = new HttpConnections();
  const ended = new AbortController();
  const { signal } = ended;
  const model = new ClientModel();
  const watchdog = endWhenStalled(model, ended);
  const notes: string[] = [];
  try {
    const random = new SeededRandom(seed);
    const routes: Routes = { urls: scene.apis.map(({ url }) => url), routing: 'by-wallet' };
    const wallets = walletNames(crowd);
    const circles = circlesOf(crowd, wallets);
    const clients = circles.map(
      (_, i) => new SimulatedClient(i, { model, http, random: random.fork(`client ${i}`), routes }),
    );
    const preparation = preparationOf(random.fork('preparation'), wallets, scene.homes);
    await Promise.all(clients.map((client, i) => client.run(every(preparation, i, clients.length).flat(), signal)));

    const struck = new AbortController();
    const enough = () => struck.signal.aborted;
    const { strays, repeats } = crowd;
    const plan = (client: number) => {
      const own = { client, random: random.fork(`plan ${client}`), circle: circles[client]! };
      return workloadOf({ ...own, wallets, strays, repeats, regions: scene.homes });
    };
    const working = Promise.all(clients.map((client, i) => client.run(plan(i), signal, enough)));
    const one = commands / faults.reduce((sum, fault) => sum + shareOf(fault), 0);
    const striking = { stage, scene, model, random: random.fork('faults'), notes, clients: clients.length, one };
    const struckAll = strikeAll(faults, striking, routes, signal).finally(() => struck.abort());
    await Promise.all([working, struckAll]);
    if (signal.aborted) throw new Error(`it stalled after ${model.done} commands`);

    clearInterval(watchdog);
    await caughtUp(scene.owner);
    const counters = await countersOf(scene.apis);
    await scene.stopServices();
    const tailed = await scene.tailed();
    const evidence = { ...(await readDatabase(scene.owner, { projected: true })), tailed, model };
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    return { seed, ...countsOf(model), seconds, counters, notes, violations: check(evidence), evidence };
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}\n${notes.join('\n')}\n${scene.logs()}`, { cause: error });
  } finally {
    clearInterval(watchdog);
    ended.abort();
    http.close();
    await scene.close();
  }
}

function endWhenStalled(model: ClientModel, ended: AbortController): NodeJS.Timeout {
  let done = -1;
  return setInterval(() => {
    if (model.done === done) ended.abort();
    done = model.done;
  }, STALLED_MS);
}

/** Runs the faults one after the other while clients work. Each runs for its share of commands, and until it has ended. */
async function strikeAll(faults: readonly Fault[], on: Striking, routes: Routes, signal: AbortSignal): Promise<void> {
  const { scene, model, one } = on;
  for (const fault of faults) {
    const { name, besides = [], routing = 'by-wallet' } = fault;
    const each = Math.ceil(one * shareOf(fault));
    const others = besides.map((strategy) => scene.besides.get(strategy)!);
    Object.assign(routes, { routing, urls: [...scene.apis, ...others].map(({ url }) => url) } satisfies Routes);
    const [from, startedAt] = [model.done, performance.now()];
    const until = async (done: number) => {
      while (model.done < done) {
        if (signal.aborted) throw new Error(`${name}: it stalled`);
        await sleep(LOOK_EVERY_MS);
      }
    };
    const reached = (share: number) => until(from + share * each);
    const passed = (share: number) => until(model.done + share * each);
    await fault.strike(worldOf(on, each, { reached, passed }));
    await reached(1);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    on.notes.push(`${name}: ${model.done - from} commands in ${seconds} s`);
  }
}

interface Striking {
  readonly stage: SetStage;
  readonly scene: Scene;
  readonly model: ClientModel;
  readonly random: SeededRandom;
  readonly notes: string[];
  readonly clients: number;
  /** Number of commands of a fault with a share of 1. */
  readonly one: number;
}

function worldOf(on: Striking, each: number, progress: Pick<World, 'reached' | 'passed'>): World {
  const { stage, scene, model, random, notes, clients } = on;
  const { owner, proxy, denying, apis, worker } = scene;
  return {
    ...{ engine: stage.engine.engine, random, model, apis, worker, owner, proxy, denying, clients, ...progress },
    spread: scene.homes.length > 0,
    strikes: (atLeast, oncePer) => Math.max(atLeast, Math.floor(each / oncePer)),
    note: (line) => void notes.push(line),
    setClock: (api, offsetMs) => scene.setClock(api, offsetMs),
    forceRestarts: (share) => scene.forceRestarts(share),
    get server() {
      return present(stage.server);
    },
    get cluster() {
      return present(stage.cluster);
    },
    get disk() {
      return present(stage.disk);
    },
  };
}

/** A fault that uses a component that its stage does not have is a defect of the suite. */
function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('this stage has no such thing');
  return part;
}

async function caughtUp(owner: Database): Promise<void> {
  const giveUpAt = performance.now() + CATCH_UP_MS_MAX;
  for (;;) {
    const { rows } = await owner.query<{ behind: string }>(BEHIND);
    if (rows[0]!.behind === '0') return;
    if (performance.now() > giveUpAt) throw new Error(`the projection is behind on ${rows[0]!.behind} wallets`);
    await sleep(CATCH_UP_LOOK_EVERY_MS);
  }
}

async function countersOf(apis: readonly ServiceProcess[]): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const api of apis) {
    for (const prefix of ['tidemark_command_retries_total{', 'tidemark_ambiguous_results_total{']) {
      for (const [name, value] of await api.metrics(prefix)) sums.set(name, (sums.get(name) ?? 0) + value);
    }
  }
  return sums;
}

function countsOf(model: ClientModel) {
  const accepted = model.told.filter(({ status }) => status === 200 || status === 201).length;
  return {
    commands: model.done,
    accepted,
    rejected: model.told.length - accepted,
    replayed: model.told.filter(({ replayed }) => replayed).length,
    repeats: model.repeats.length,
    unresolved: model.unresolved.length,
    indefinite: model.indefinite,
    reads: model.seen.filter(({ by }) => by === 'read').length,
  };
}

function every<T>(list: readonly T[], from: number, step: number): T[] {
  return list.filter((_, i) => i % step === from);
}

const BEHIND = `
SELECT count(*) AS behind
FROM (SELECT wallet_id, max(version) AS version FROM wallet_events GROUP BY wallet_id) e
LEFT JOIN (
  SELECT wallet_id, max(version) AS version FROM wallet_balances
  WHERE generation = (SELECT live_generation FROM projections WHERE name = 'balances') GROUP BY wallet_id
) b ON b.wallet_id = e.wallet_id
LEFT JOIN (
  SELECT wallet_id, max(version) AS version FROM statement_wallets
  WHERE generation = (SELECT live_generation FROM projections WHERE name = 'movements') GROUP BY wallet_id
) s ON s.wallet_id = e.wallet_id
WHERE b.version IS DISTINCT FROM e.version OR s.version IS DISTINCT FROM e.version`;
