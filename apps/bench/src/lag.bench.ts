import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { openEventStore } from '@tidemark/event-store';
import type { BenchDatabase } from './bench-database.js';
import { resultOf, type BenchResult } from './bench-result.js';
import { Load } from './load.js';
import { WorkerProcess } from './service-processes.js';

/** Deposits a second beside what is measured. */
const PACE = 200;
const LOOK_EVERY_MS = 5;
/** As the worker polls: what an event waits for on average, twice. */
const POLL_MS = 50;
/** A shard whose checkpoint does not move for this time is taken over. */
const STALL_MS = 4_000;
/** Wallets over which a deposit each reaches all 64 shards. */
const EVERYWHERE = 1_000;
/** On two cores beside the database and whoever appends: fewer fall behind for ever, more only share the same cores. */
const WORKERS_AT_FULL_LOAD = 4;
/** What a reader of a list may notice. */
const LAG_MAX_MS = 250;
/** Written while no worker runs, and then followed by one, with every projection. */
const BACKLOG = 50_000;
/** A deposit is watched until it is seen, so only a few at a time. */
const WATCHERS = 4;
const FULL_LOAD_SECONDS_MIN = 10;
/** Until queues are full and the programs compiled: no service is at its limit the moment after its start. */
const WARM_UP_SECONDS = 5;
const GIVE_UP_MS = 60_000;

/**
 * How long after its answer a deposit is in the list of wallets, with one worker at a steady pace and with several while as
 * much is appended as goes; of two workers, how long the shards of one that is killed stand still; and how fast one follows
 * what has piled up, against how fast that was appended.
 *
 * @param seconds how long deposits are watched, each time
 */
export async function benchLag(
  bench: BenchDatabase,
  seconds: number,
  say: (line: string) => void,
): Promise<BenchResult[]> {
  const store = openEventStore({ database: await bench.connectApi() });
  const load = new Load(store);
  await load.openWallets();
  const first = await WorkerProcess.start(bench.url);
  await visible(bench.owner);
  const stop = new AbortController();
  const others = load.pace(PACE, stop.signal);
  const until = performance.now() + seconds * 1_000;
  const lags = await lagsWhile(bench.owner, load, () => performance.now() < until);
  stop.abort();
  await others;
  say(`${lags.length} deposits watched`);

  const second = await WorkerProcess.start(bench.url);
  while (new Set(await owners(bench.owner)).size < 2) await sleep(LOOK_EVERY_MS);
  await visible(bench.owner);
  await second.stop('SIGKILL');
  const killed = performance.now();
  await load.fill(EVERYWHERE);
  await visible(bench.owner);
  const takeover = performance.now() - killed;
  await first.stop();

  const appended = await rateOf(() => load.fill(BACKLOG));
  const third = await WorkerProcess.start(bench.url);
  while ((await owners(bench.owner)).length === 0) await sleep(LOOK_EVERY_MS);
  const followed = await rateOf(() => visible(bench.owner));
  await third.stop();

  const crowd = await Promise.all(Array.from({ length: WORKERS_AT_FULL_LOAD }, () => WorkerProcess.start(bench.url)));
  while (new Set(await owners(bench.owner)).size < WORKERS_AT_FULL_LOAD) await sleep(LOOK_EVERY_MS);
  let loaded = true;
  const full = load
    .run(WARM_UP_SECONDS + FULL_LOAD_SECONDS_MIN + seconds, load.anyWallet)
    .finally(() => (loaded = false));
  const watcher = async () => {
    await sleep(WARM_UP_SECONDS * 1_000);
    return lagsWhile(bench.owner, load, () => loaded);
  };
  const [appendedAtFull, ...watched] = await Promise.all([full, ...Array.from({ length: WATCHERS }, watcher)]);
  const lagsAtFull = watched.flat().sort((a, b) => a - b);
  await visible(bench.owner);
  for (const worker of crowd) await worker.stop();
  say(
    `${lagsAtFull.length} deposits watched while ${Math.round(appendedAtFull).toLocaleString('en-US')} a second were appended`,
  );
  await store.close();
  const poll = { name: 'the pace at which a worker polls', value: POLL_MS };
  return [
    resultOf({ name: `lag of the list, p50 at ${PACE} deposits/s`, value: at(lags, 0.5), unit: 'ms', against: poll }),
    resultOf({ name: 'lag of the list, p99', value: at(lags, 0.99), unit: 'ms', against: poll }),
    resultOf({
      name: 'until the shards of a killed worker are up to date again',
      value: Math.round(takeover),
      unit: 'ms',
      against: { name: 'how long a shard may stand still', value: STALL_MS },
    }),
    resultOf({
      name: `one worker follows ${BACKLOG.toLocaleString('en-US')} deposits with every projection`,
      value: followed,
      unit: 'events/s',
      against: { name: 'they were appended, with no worker beside', value: appended },
    }),
    ...[0.5, 0.99].map((share) =>
      resultOf({
        name: `lag of the list while all is appended that goes, ${WORKERS_AT_FULL_LOAD} workers, p${share * 100}`,
        value: at(lagsAtFull, share),
        unit: 'ms',
        against: { name: 'what a reader may notice', value: LAG_MAX_MS },
        atMost: 1,
      }),
    ),
    resultOf({
      name: `appended while ${WORKERS_AT_FULL_LOAD} workers follow on the same cores`,
      value: Math.round(appendedAtFull),
      unit: 'events/s',
      against: { name: 'with no worker beside', value: appended },
    }),
  ];
}

/** @returns events of the backlog a second */
async function rateOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return Math.round((BACKLOG / (performance.now() - began)) * 1_000);
}

/** @returns the lag of one deposit after the other, milliseconds, the shortest first */
async function lagsWhile(database: Database, load: Load, watching: () => boolean): Promise<number[]> {
  const lags: number[] = [];
  while (watching()) lags.push(await lagOfOne(database, load));
  return lags.sort((a, b) => a - b);
}

async function lagOfOne({ query }: Database, load: Load): Promise<number> {
  const { walletId, version } = await load.one();
  const answered = performance.now();
  for (;;) {
    const { rows } = await query<{ seen: boolean }>(
      `SELECT version >= $2::int8 AS seen FROM wallet_balances
       WHERE generation = 1 AND region = 'local' AND wallet_id = $1::text`,
      [walletId, version],
      { name: 'bench-seen' },
    );
    if (rows[0]?.seen === true) return performance.now() - answered;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Waits until everything written so far is in the list. */
async function visible({ query }: Database): Promise<void> {
  const { rows } = await query<{ events: string }>(`SELECT count(*) AS events FROM wallet_events`);
  for (const giveUp = performance.now() + GIVE_UP_MS; ;) {
    const seen = await query<{ events: string }>(
      `SELECT sum(version) AS events FROM wallet_balances WHERE generation = 1`,
    );
    if (Number(seen.rows[0]!.events) >= Number(rows[0]!.events)) return;
    if (performance.now() > giveUp) throw new Error(`no worker has caught up within ${GIVE_UP_MS / 1_000} s`);
    await sleep(LOOK_EVERY_MS);
  }
}

async function owners({ query }: Database): Promise<string[]> {
  const { rows } = await query<{ owner: string }>(`SELECT DISTINCT owner FROM shard_leases WHERE owner IS NOT NULL`);
  return rows.map(({ owner }) => owner);
}

function at(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.floor(sorted.length * share)] ?? Number.NaN);
}
