import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { check } from './checking/checker.js';
import { readDatabase, type Evidence } from './checking/evidence.js';
import type { Violation } from './checking/violation.js';
import { ClientModel } from './clients/client-model.js';
import { HttpConnections } from './clients/http-connection.js';
import { SimulatedClient } from './clients/simulated-client.js';
import { preparationOf, walletNames, workloadOf } from './clients/workload.js';
import type { Fault, World } from './fault.js';
import { Scene } from './scene.js';
import { SeededRandom } from './seeded-random.js';
import type { ServiceProcess } from './servers/service-process.js';
import type { SetStage } from './stage.js';

export interface SimulationOptions {
  readonly stage: SetStage;
  /** One after the other, each with an equal share of the commands. */
  readonly faults: readonly Fault[];
  readonly seed: number;
  /** At least; clients go on until every fault is over. */
  readonly commands: number;
  /** On the stage `cluster`: the multi-region schema. Absent: no. */
  readonly spread?: boolean;
}

/** What a run was, and what is wrong with what it left. */
export interface SimulationReport {
  readonly seed: number;
  readonly commands: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly replayed: number;
  readonly unresolved: number;
  /** Requests without a definite answer, all of which were sent again. */
  readonly indefinite: number;
  readonly reads: number;
  readonly seconds: number;
  /** Retries by reason and ambiguous results by end, from `/metrics` of the processes that lived at the end. */
  readonly counters: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
  readonly violations: readonly Violation[];
  /** For whoever wants to look closer. */
  readonly evidence: Evidence;
}

const CLIENTS = 24;
const WALLETS = walletNames({ hot: 4, cold: 60 });
/** A run that takes longer than this has stalled: something waits for ever. */
const STALLED_MS_BASE = 90_000;
const STALLED_MS_PER_COMMAND = 20;
const CATCH_UP_MS_MAX = 60_000;
const LOOK_EVERY_MS = 20;

/**
 * Runs clients against real processes on a real database while faults happen, and checks what is left.
 *
 * @throws Error with the seed and the end of the services' logs when the run could not be brought to its end
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { stage, faults, seed, commands, spread = false } = options;
  const startedAt = performance.now();
  const jumpingClocks = faults.some((fault) => fault.jumpingClocks);
  const scene = await Scene.open(stage, { jumpingClocks, spread });
  const http = new HttpConnections();
  const ended = new AbortController();
  const signal = AbortSignal.any([
    ended.signal,
    AbortSignal.timeout(STALLED_MS_BASE + commands * STALLED_MS_PER_COMMAND),
  ]);
  const model = new ClientModel();
  const notes: string[] = [];
  try {
    const random = new SeededRandom(seed);
    const routing = faults.find((fault) => fault.routing)?.routing ?? 'by-wallet';
    const urls = scene.apis.map(({ url }) => url);
    const clients = Array.from(
      { length: CLIENTS },
      (_, i) => new SimulatedClient(i, { model, http, random: random.fork(`client ${i}`), urls, routing }),
    );
    const preparation = preparationOf(random.fork('preparation'), WALLETS);
    await Promise.all(clients.map((client, i) => client.run(every(preparation, i, CLIENTS).flat(), signal)));

    const struck = new AbortController();
    const enough = () => struck.signal.aborted;
    const plan = (i: number) => workloadOf(i, random.fork(`plan ${i}`), WALLETS);
    const working = Promise.all(clients.map((client, i) => client.run(plan(i), signal, enough)));
    const striking = random.fork('faults');
    const world = (share: World['reached']) => worldOf({ stage, scene, model, random: striking, notes }, share);
    const each = Math.ceil(commands / faults.length);
    await Promise.all([working, strikeAll(faults, world, model, each, signal).finally(() => struck.abort())]);
    if (signal.aborted) throw new Error(`it stalled after ${model.done} commands`);

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
    ended.abort();
    http.close();
    await scene.close();
  }
}

/** One fault after the other, each while clients work: for as many commands as it asks for, and until it is done. */
async function strikeAll(
  faults: readonly Fault[],
  world: (reached: World['reached']) => World,
  model: ClientModel,
  commandsEach: number,
  signal: AbortSignal,
): Promise<void> {
  for (const fault of faults) {
    const from = model.done;
    const reached = async (share: number) => {
      while (model.done - from < share * commandsEach) {
        if (signal.aborted) throw new Error(`${fault.name}: it stalled`);
        await sleep(LOOK_EVERY_MS);
      }
    };
    await fault.strike(world(reached));
    await reached(1);
  }
}

function worldOf(
  from: { stage: SetStage; scene: Scene; model: ClientModel; random: SeededRandom; notes: string[] },
  reached: World['reached'],
): World {
  const { stage, scene, model, random, notes } = from;
  const { owner, proxy, denying, apis, worker } = scene;
  return {
    ...{ engine: stage.engine.engine, random, model, apis, worker, owner, proxy, denying, reached },
    note: (line) => void notes.push(line),
    setClock: (api, offsetMs) => scene.setClock(api, offsetMs),
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

/** A fault that asks for what its stage does not have is a mistake in the suite. */
function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('this stage has no such thing');
  return part;
}

async function caughtUp(owner: Database): Promise<void> {
  const giveUpAt = performance.now() + CATCH_UP_MS_MAX;
  for (;;) {
    const { rows } = await owner.query<{ behind: string }>(BEHIND);
    if (rows[0]!.behind === '0') return;
    if (performance.now() > giveUpAt) throw new Error(`the worker is ${rows[0]!.behind} commits behind`);
    await sleep(LOOK_EVERY_MS);
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
    unresolved: model.unresolved.length,
    indefinite: model.indefinite,
    reads: model.seen.filter(({ by }) => by === 'read').length,
  };
}

function every<T>(list: readonly T[], from: number, step: number): T[] {
  return list.filter((_, i) => i % step === from);
}

const BEHIND = `
SELECT count(*) AS behind FROM commits c
WHERE NOT EXISTS (
  SELECT 1 FROM projection_checkpoints p
  WHERE p.projection = 'balances' AND p.region::text = c.region::text
    AND (p.position > c.position OR (p.position = c.position AND p.commit_id >= c.commit_id)))`;
