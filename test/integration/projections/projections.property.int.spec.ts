import { randomUUID } from 'node:crypto';
import { ALL_PROJECTIONS } from '@tidemark/projections';
import { beginBuild, beginFollowing, Builder, buildProgress, dropBuild } from '@tidemark/rebuilding';
import type { Build } from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultyDatabase, faults, type Fault } from './faulty-database.js';
import { ProjectionsFixture, type TestWorker } from './projections-fixture.js';
import { LOG_WALLETS, scripts, write } from './random-logs.js';

const REGIONS = ['local', 'east', 'west'];
/** New runs begin during this time, on each engine. A failure prints the seed that repeats it. */
const BEGIN_MS = 15_000;
const RUNS_MAX = 40;
const RUN_MS_MAX = 90_000;
/** Workers of one region, alive or dead. */
const WORKERS = 3;
/** The sum is longer than a shard may be without progress. */
const HEIR_LOOKS = 6;
const HEIR_PAUSE_MS = 10_000;

const limits = fc.record({ commitsMax: fc.integer({ min: 1, max: 12 }), eventsMax: fc.integer({ min: 1, max: 30 }) });
/** Which worker of which region runs, and how far. The first of each region has the fault. */
const rounds = fc.array(
  fc.record({
    region: fc.constantFrom(...REGIONS),
    worker: fc.nat(WORKERS - 1),
    cycles: fc.integer({ min: 1, max: 4 }),
    seconds: fc.nat(2),
  }),
  { maxLength: 10 },
);
const following = fc.record({ limits, rounds, fault: faults({ callsMax: 60, transactionsMax: 4 }) });
const building = fc.record({
  pageEvents: fc.integer({ min: 3, max: 60 }),
  fault: faults({ callsMax: 60, transactionsMax: 12 }),
});
const run = fc.record({
  before: scripts(REGIONS, { stepsMax: 30 }),
  followed: following,
  built: building,
  after: scripts(REGIONS, { stepsMax: 15 }),
  followedOn: following,
});

describe.each(engines)('any log, any split, any fault, on $engine', (engine) => {
  let on: ProjectionsFixture;
  let runs = 0;

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
  });
  afterAll(() => on.close());

  /** Random rounds of some workers, one of which has a fault. Then other workers take over. */
  async function follow({ limits, rounds, fault }: { limits: Limits; rounds: readonly Round[]; fault: Fault }) {
    const workers = new Map<string, { worker: TestWorker; faulty?: FaultyDatabase }>();
    for (const { region, worker: number, cycles, seconds } of rounds) {
      const slot = `${region} ${number}`;
      if (!workers.has(slot)) {
        const rob = async () => {
          await on.log.owner.query(`UPDATE shard_leases SET token = token + 1, owner = NULL WHERE region = $1`, [
            region,
          ]);
          await on.catchUp([region], { limits });
        };
        const isFirst = ![...workers.keys()].some((other) => other.startsWith(region));
        const faulty = isFirst ? new FaultyDatabase(on.database, fault, rob) : undefined;
        const worker = on.worker({ region, limits, ...(faulty && { database: faulty.database }) });
        workers.set(slot, { worker, ...(faulty && { faulty }) });
      }
      const { worker, faulty } = workers.get(slot)!;
      worker.pass(seconds * 1_000);
      for (let cycle = 0; cycle < cycles && !faulty?.dead; cycle++) {
        await worker.follower.cycle().catch((error: unknown) => {
          if (!faulty) throw error;
        });
      }
    }
    for (const { faulty } of workers.values()) await faulty?.woken;
    for (const region of REGIONS) {
      const heir = on.worker({ region, limits });
      for (let look = 0; look < HEIR_LOOKS; look++) {
        heir.pass(HEIR_PAUSE_MS);
        await heir.lookAround();
      }
      await heir.catchUp();
      await heir.follower.release();
    }
  }

  /** Builds a generation of every projection. A builder has a fault, and another takes over its work. */
  async function build({ pageEvents, fault }: { pageEvents: number; fault: Fault }): Promise<Build[]> {
    await on.readablePosition(REGIONS);
    const builds: Build[] = [];
    for (const projection of ALL_PROJECTIONS) builds.push(await beginBuild(on.database, projection, REGIONS));
    const signal = new AbortController().signal;
    let now = 0;
    const builder = (database = on.database) =>
      new Builder(database, {
        ...{ projections: ALL_PROJECTIONS, me: { region: 'local', id: randomUUID() } },
        ...{ pageEvents, latencyRatioMax: 0, monotonic: () => now },
      });
    const finish = async () => {
      const heir = builder();
      for (let left = true; left; now += 11_000) {
        await heir.build(signal);
        const progress = await Promise.all(builds.map((each) => buildProgress(on.database, each)));
        left = progress.some(({ done, ranges }) => done < ranges);
      }
    };
    const rob = async () => {
      await on.log.owner.query(`UPDATE build_ranges SET token = token + 1, owner = NULL`);
      await finish();
    };
    const faulty = new FaultyDatabase(on.database, fault, rob);
    await builder(faulty.database)
      .build(signal)
      .catch(() => undefined);
    await faulty.woken;
    await finish();
    const events = await on.log.count('wallet_events');
    for (const each of builds) {
      expect(await buildProgress(on.database, each), each.projection.name).toMatchObject({ events });
      expect(await beginFollowing(on.database, each, REGIONS, '{}')).toBe(true);
    }
    return builds;
  }

  it(
    'each event takes effect exactly once, and a rebuild has the same rows as following',
    { timeout: RUN_MS_MAX },
    async () => {
      const deadline = performance.now() + BEGIN_MS;
      await fc.assert(
        fc.asyncProperty(run, async ({ before, followed, built, after, followedOn }) => {
          if (performance.now() > deadline) return;
          const number = ++runs;
          const nameOf = (wallet: number) => `r${number}-${wallet}`;
          for (let wallet = 0; wallet < LOG_WALLETS; wallet++) {
            await on.store.openWallet(nameOf(wallet), undefined, REGIONS[wallet % REGIONS.length]);
          }
          await write(on.store, before, nameOf);
          await follow(followed);
          const builds = await build(built);
          await write(on.store, after, nameOf);
          await follow(followedOn);
          for (const { projection, generation } of builds) {
            const { name } = projection;
            expect(await on.rowsOf(name, generation), name).toEqual(await on.rowsOf(name, '1'));
            expect(await on.wrongIn(projection, { regions: REGIONS, generation }), name).toEqual([]);
            await dropBuild(on.database, { projection, generation });
          }
          expect(await on.log.count('parked_wallets')).toBe(0);
        }),
        { numRuns: RUNS_MAX, endOnFailure: true },
      );
      expect(runs).toBeGreaterThan(0);
    },
  );
});

type Limits = { readonly commitsMax: number; readonly eventsMax: number };
type Round = { readonly region: string; readonly worker: number; readonly cycles: number; readonly seconds: number };
