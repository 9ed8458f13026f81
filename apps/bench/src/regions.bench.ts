import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, migrate, migrationsOf, spreadOverRegions } from '@tidemark/database';
import { LocalCluster } from '@tidemark/local-cluster';
import type { BenchSurroundings } from './bench-database.js';
import { resultOf, type BenchReport, type BenchResult, type Budget } from './bench-result.js';
import { euro, RegionLoad, type Load, type Measured } from './region-load.js';

/** Between any two regions; as within a continent. */
const ROUND_TRIP_MS = 60;
/** Away from the ports of `npm run cluster`, which may be up. */
const BASE_PORT = 28_900;
/** Warm-up of each load before the measurement: leases, descriptors, connections, compiled code. */
const WARM_UP_SECONDS = 2;
/** Commands one after the other, with and without the delay: enough that a p99 is not one outlier; a minute for all. */
const ALONE_COMMANDS = 100;
const ALONE_WARM_UP_COMMANDS = 10;
/** CockroachDB moves leases to where they belong in the minute after the tables were spread. */
const SETTLE_MS = 20_000;
const KILLED = 'eu-east';
const ASKED = 'eu-west';
const KILL_POLL_MS = 50;
const FIRST_SUCCESS_MS_MAX = 60_000;

const LOADS: readonly Load[] = ['local deposits', 'cross-region deposits', 'cross-region transfers'];

/**
 * What p50 may take in round trips when nothing else is under way, with `SURVIVE REGION FAILURE`: one for the quorum; one more
 * for the way to the wallet's home; a transfer besides writes events and commits in two regions, one after the other.
 */
const ROUND_TRIPS_MAX: Record<Load, number> = {
  'local deposits': 1.5,
  'cross-region deposits': 3,
  'cross-region transfers': 6,
};

/**
 * Three nodes in three regions on this machine, an API and a worker in each, without and with a distance between the regions: one command
 * at a time, then clients in all regions at once; then one region is killed. On a cluster of its own, which it takes down.
 *
 * @param seconds how long each load of all regions runs, with each distance
 * @throws ClusterRefused no `cockroach`, a port taken; Error when interrupted, or when the killed region's wallets stayed away
 */
export async function benchRegions({ say, signal }: BenchSurroundings, seconds: number): Promise<BenchReport> {
  const directory = await mkdtemp(join(tmpdir(), 'tidemark-bench-regions-'));
  try {
    const cluster = await LocalCluster.up({ directory, basePort: BASE_PORT, log: say });
    try {
      return await measure(cluster, seconds, say, () => {
        if (signal.aborted) throw new Error('interrupted; nothing is left running');
      });
    } finally {
      await cluster.down();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(
  cluster: LocalCluster,
  seconds: number,
  say: (line: string) => void,
  goOn: () => void,
): Promise<BenchReport> {
  const version = await prepare(cluster.sqlUrl('eu-west'));
  const { regions } = await cluster.startServices();
  const load = new RegionLoad(new Map(regions.map(({ region, api }) => [region, api.url])));
  say('opening wallets …');
  await load.openWallets();
  await sleep(SETTLE_MS);
  const alone = await withAndWithoutDistance(cluster, goOn, say, async (each) => {
    await load.runAlone(each, ASKED, ALONE_WARM_UP_COMMANDS);
    return load.runAlone(each, ASKED, ALONE_COMMANDS);
  });
  const together = await withAndWithoutDistance(cluster, goOn, say, async (each) => {
    await load.run(each, WARM_UP_SECONDS);
    return load.run(each, seconds);
  });
  const { restarts, commands } = await load.restarts();
  goOn();
  const firstSuccessMs = await timeToFirstSuccess(cluster, load);
  say(`${KILLED} killed: the first success of its wallets, asked for in ${ASKED}, came after ${firstSuccessMs} ms`);
  return {
    engine: 'cockroach',
    version,
    results: [
      ...LOADS.flatMap((each) => aloneResults(each, alone.get(each)!)),
      ...LOADS.map((each) => togetherResult(each, together.get(each)!)),
      resultOf({
        name: 'restart errors (40001) that reached a client of the database',
        value: Math.round((restarts / commands) * 1_000_000),
        unit: 'a million commands',
        against: { name: `a million, counted over ${commands.toLocaleString('en-US')}`, value: 1_000_000 },
      }),
      resultOf({
        name: `from the kill of ${KILLED} to the first success of its wallets`,
        value: firstSuccessMs,
        unit: 'ms',
        against: { name: 'a round trip between regions', value: ROUND_TRIP_MS },
      }),
    ],
  };
}

/** @returns the version of the server */
async function prepare(url: string): Promise<string> {
  await migrate({ url, directory: migrationsOf });
  await spreadOverRegions({ url, directory: join(migrationsOf('cockroach'), 'multi-region'), survive: 'region' });
  const database = await connect({ url, applicationName: 'tidemark bench', poolSize: 1 });
  await database.close();
  return database.version;
}

/** The same without and with a distance between the regions. */
interface Apart {
  readonly near: Measured;
  readonly far: Measured;
}

async function withAndWithoutDistance(
  cluster: LocalCluster,
  goOn: () => void,
  say: (line: string) => void,
  measureOne: (load: Load) => Promise<Measured>,
): Promise<Map<Load, Apart>> {
  const measured = { near: new Map<Load, Measured>(), far: new Map<Load, Measured>() };
  for (const [distance, roundTripMs] of [['near', 0] as const, ['far', ROUND_TRIP_MS] as const]) {
    await cluster.slow(roundTripMs);
    for (const each of LOADS) {
      goOn();
      const result = await measureOne(each);
      measured[distance].set(each, result);
      say(`${each}, ${roundTripMs} ms apart: ${JSON.stringify(result)}`);
    }
  }
  return new Map(LOADS.map((each) => [each, { near: measured.near.get(each)!, far: measured.far.get(each)! }]));
}

function aloneResults(load: Load, { near, far }: Apart): BenchResult[] {
  const inTrips = (name: string, value: number, budget: Budget) =>
    resultOf({
      name: `${load}, one at a time, ${ROUND_TRIP_MS} ms apart, ${name}`,
      value,
      unit: 'ms',
      against: { name: 'a round trip between regions', value: ROUND_TRIP_MS },
      ...budget,
    });
  return [
    inTrips(`p50 (no distance: ${near.p50Ms} ms)`, far.p50Ms, { atMost: ROUND_TRIPS_MAX[load] }),
    inTrips(`p99 (no distance: ${near.p99Ms} ms)`, far.p99Ms, {}),
  ];
}

/** Under load most of the time is queueing for two cores, which says nothing about round trips: no budget. */
function togetherResult(load: Load, { near, far }: Apart): BenchResult {
  const latency = ({ p50Ms, p99Ms }: Measured) => `p50 ${p50Ms} ms, p99 ${p99Ms} ms`;
  return resultOf({
    name: `${load} in all regions at once, ${ROUND_TRIP_MS} ms apart (${latency(far)})`,
    value: far.commandsASecond,
    unit: 'commands/s',
    against: { name: `no distance (${latency(near)})`, value: near.commandsASecond },
  });
}

async function timeToFirstSuccess(cluster: LocalCluster, load: RegionLoad): Promise<number> {
  const path = `/v1/wallets/${load.walletOf(KILLED)}/deposits`;
  const killing = cluster.kill(KILLED);
  const began = performance.now();
  await killing;
  while (performance.now() - began < FIRST_SUCCESS_MS_MAX) {
    if ((await load.ask(ASKED, path, euro('0.01'), FIRST_SUCCESS_MS_MAX)) === 201)
      return Math.round(performance.now() - began);
    await sleep(KILL_POLL_MS);
  }
  throw new Error(`no wallet of ${KILLED} could be written within ${FIRST_SUCCESS_MS_MAX / 1_000} s of its death`);
}
