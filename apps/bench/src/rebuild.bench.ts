import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Database } from '@tidemark/database';
import { openEventStore } from '@tidemark/event-store';
import { findOperation, type Rebuilt, requestOperation } from '@tidemark/operations';
import { liveIn } from '@tidemark/projections';
import type { BenchDatabase } from './bench-database.js';
import { median, resultOf, type BenchResult } from './bench-result.js';
import { Load } from './load.js';
import { WorkerProcess } from './service-processes.js';

/** Events in the log when appends are first timed (DESIGN §8). */
const FEW_EVENTS = 10_000;
/** The memory of a rebuild is compared with the memory for a log that is shorter by this factor. */
const TIMES = 10;
/** Deposits per second during a rebuild: a busy service, but far below the capacity of the machine. */
const PACE = 500;
/** Rounds; a log of `LONG_LOG` events or more has only one, because a round takes minutes. */
const ROUNDS = 3;
const LONG_LOG = 2_000_000;
const LOOK_EVERY_MS = 20;
/** A rebuild that takes longer has stopped. */
const REBUILD_MS_MAX = 10 * 60_000;

/**
 * DESIGN §8, rows 4, 5 and 7: what a rebuild of `balances` reads a second against COPY of the same rows, with one worker
 * and with two, and its verification; what appends feel of it, and of the length of the log; and the memory of a worker
 * that rebuilds ten times as many events.
 *
 * @param seconds how long appends are watched without a rebuild
 * @param events how long the log is in the end
 */
export async function benchRebuild(
  bench: BenchDatabase,
  seconds: number,
  say: (line: string) => void,
  events: number,
): Promise<BenchResult[]> {
  const store = openEventStore({ database: await bench.connectApi() });
  const load = new Load(store);
  const watch = () => latency(load, () => sleep(seconds * 1_000));
  await load.openWallets();
  await load.fill(FEW_EVENTS);
  const few = await watch();
  await load.fill(events / TIMES - FEW_EVENTS);
  const memory = { small: await memoryOf(bench), large: 0 };
  say(`a rebuild of ${inWords(events / TIMES)}: ${memory.small} MiB`);
  await load.fill(events - events / TIMES);
  const many = await watch();
  say(`appends with ${inWords(FEW_EVENTS)} and ${inWords(events)}: ${JSON.stringify([few, many])}`);
  memory.large = await memoryOf(bench);
  say(`a rebuild of ${inWords(events)}: ${memory.large} MiB`);

  const rates = { copy: [] as number[], one: [] as number[], two: [] as number[], verified: [] as number[] };
  const first = await WorkerProcess.start(bench.url);
  await settled(bench.owner);
  const rounds = events < LONG_LOG ? ROUNDS : 1;
  for (let round = 1; round <= rounds; round++) {
    rates.copy.push(await copyAll(bench.url));
    const { rate, verified } = await rebuild(bench.owner, 0);
    rates.one.push(rate);
    rates.verified.push(verified);
    const second = await WorkerProcess.start(bench.url);
    await sleep(STARTED_MS);
    rates.two.push((await rebuild(bench.owner, 0)).rate);
    await second.stop();
    say(`round ${round} of ${rounds}: ${JSON.stringify(lastOf(rates))}`);
  }
  const quiet = await watch();
  const during = await latency(load, async () => void (await rebuild(bench.owner)));
  await first.stop();
  await store.close();
  const copy = { name: 'COPY … TO STDOUT of the same rows', value: median(rates.copy) };
  return [
    resultOf({ name: 'rebuild, one worker', value: median(rates.one), unit: 'events/s', against: copy, atLeast: 0.5 }),
    resultOf({ name: 'rebuild, two workers', value: median(rates.two), unit: 'events/s', against: copy }),
    resultOf({ name: 'verification of two builds', value: median(rates.verified), unit: 'events/s', against: copy }),
    resultOf({
      name: `p99 of ${PACE} appends/s during a rebuild`,
      value: during.p99,
      unit: 'ms',
      against: { name: 'without one', value: quiet.p99 },
      atMost: 1.5,
    }),
    resultOf({
      name: `p50 of ${PACE} appends/s with ${inWords(events)}`,
      value: many.p50,
      unit: 'ms',
      against: { name: `with ${inWords(FEW_EVENTS)}`, value: few.p50 },
      atMost: 1.2,
    }),
    resultOf({
      name: `memory of a worker that rebuilds ${inWords(events)}`,
      value: memory.large,
      unit: 'MiB',
      against: { name: inWords(events / TIMES), value: memory.small },
      atMost: 1.2,
    }),
  ];
}

/** Time until a started worker applies events. */
const STARTED_MS = 2_000;

/** The peak of a worker that did nothing else: its read model was brought up to date before by another. */
async function memoryOf(bench: BenchDatabase): Promise<number> {
  const before = await WorkerProcess.start(bench.url);
  await settled(bench.owner);
  await before.stop();
  const worker = await WorkerProcess.start(bench.url);
  await rebuild(bench.owner, 0);
  const peak = await worker.memoryPeak();
  await worker.stop();
  return peak ?? Number.NaN;
}

/** Waits until the live build has seen everything. */
async function settled({ query }: Database): Promise<void> {
  for (;;) {
    const { rows } = await query<{ behind: boolean }>(
      `SELECT (SELECT COALESCE(sum(b.version), 0) FROM projections p
               JOIN wallet_balances b ON b.generation = ${liveIn('b.region')} WHERE p.name = 'balances')
            < (SELECT count(*) FROM wallet_events) AS behind`,
    );
    if (rows[0]?.behind === false) return;
    await sleep(SETTLE_LOOK_MS);
  }
}

const SETTLE_LOOK_MS = 500;

/** @param latencyRatioMax 0: as fast as it goes */
async function rebuild(database: Database, latencyRatioMax?: number): Promise<{ rate: number; verified: number }> {
  const operationId = randomUUID();
  const asked = { ...(latencyRatioMax !== undefined && { latencyRatioMax }) };
  await requestOperation(database, {
    ...{ operationId, requestedBy: 'bench', action: 'rebuild', projection: 'balances', arguments: asked },
  });
  const began = { at: 0 };
  const deadline = performance.now() + REBUILD_MS_MAX;
  for (;;) {
    const operation = (await findOperation(database, operationId))!;
    if (began.at === 0 && operation.state !== 'requested') began.at = performance.now();
    if (operation.state === 'failed' || performance.now() > deadline) {
      throw new Error(`the rebuild did not succeed: ${JSON.stringify(operation.result)}`);
    }
    if (operation.state === 'done') {
      const { certificate, generation, verification } = operation.result as Rebuilt;
      const seconds = (Date.parse(certificate.finishedAt) - Date.parse(certificate.startedAt)) / 1_000;
      await drop(database, generation);
      return { rate: certificate.events / seconds, verified: verification.events / verification.seconds };
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function drop(database: Database, generation: string): Promise<void> {
  const operationId = randomUUID();
  await requestOperation(database, {
    ...{ operationId, requestedBy: 'bench', action: 'drop', projection: 'balances', arguments: { generation } },
  });
  while ((await findOperation(database, operationId))!.state !== 'done') await sleep(LOOK_EVERY_MS);
}

/** @returns rows a second */
async function copyAll(url: string): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM wallet_events`);
    const began = performance.now();
    for await (const chunk of client.query(copyTo(`COPY (SELECT * FROM wallet_events) TO STDOUT`))) void chunk;
    return (Number(rows[0]!.n) / (performance.now() - began)) * 1_000;
  } finally {
    await client.end();
  }
}

/** What appends take while something goes on, milliseconds to a tenth. */
async function latency(load: Load, meanwhile: () => Promise<void>): Promise<{ p50: number; p99: number }> {
  const stop = new AbortController();
  const took = load.pace(PACE, stop.signal);
  await meanwhile();
  stop.abort();
  const sorted = (await took).sort((a, b) => a - b);
  const quantile = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)]! * 10) / 10;
  return { p50: quantile(0.5), p99: quantile(0.99) };
}

function inWords(events: number): string {
  return `${events.toLocaleString('en-US')} events`;
}

function lastOf(rates: Record<string, number[]>): Record<string, number> {
  return Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, Math.round(all.at(-1)!)]));
}
