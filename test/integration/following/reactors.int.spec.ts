import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandPipeline } from '@tidemark/application';
import { MovementFinder, openEventStore, type EventStore } from '@tidemark/event-store';
import { defineReactor, openReactors, type Reactor, type SendCommand } from '@tidemark/following';
import { OperationRunner, projectionStatus } from '@tidemark/operations';
import { ALL_PROJECTIONS, balances, liveBuilds } from '@tidemark/projections';
import { createLogger } from '@tidemark/observability';
import { engines } from '@tidemark/testing';
import { startWorker } from '@tidemark/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eur } from '../log/log-fixture.js';
import { ProjectionsFixture } from '../projections/projections-fixture.js';
import type { TestWorker, WorkerOptions } from '../projections/projections-fixture.js';

const WALLETS = Array.from({ length: 8 }, (_, i) => `r-${i}`);

/** So that the events of a test are more than one page. */
const ONE_COMMIT = { limits: { commitsMax: 1, eventsMax: 5_000 } };

/** The events that a test reactor got, as `wallet/version`, in order. */
type Seen = string[];

describe.each(engines)('reactors on $engine', (engine) => {
  let on: ProjectionsFixture;
  let store: EventStore;
  let send: SendCommand;

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    const api = await on.log.connectApi();
    store = openEventStore({ database: api });
    const door = new CommandPipeline(store, new MovementFinder(api, ['local']), ['local']);
    send = (command, identity) => door.write(command, identity);
    await Promise.all([...WALLETS, 'fees'].map((walletId) => on.store.openWallet(walletId)));
  });
  afterAll(async () => {
    await store.close();
    await on.close();
  });

  /** A reactor of its own name that notes what it sees, and does something else before that. */
  const noting = async (seen: Seen, does: Reactor['react'] = async () => {}, declared: Partial<Reactor> = {}) => {
    const reactor = defineReactor(`test_${randomUUID().slice(0, 8)}`, {
      ...{ startsAt: 'end', ...declared },
      async react(events, context) {
        await does(events, context);
        seen.push(...events.map(({ recorded }) => `${recorded.walletId}/${recorded.version}`));
      },
    });
    await openReactors(on.database, [reactor]);
    return reactor;
  };
  const worker = (reactor: Reactor, options: Partial<WorkerOptions> = {}) =>
    on.worker({ projections: [], reactions: { reactors: [reactor], send }, ...options });
  /** A worker with a stopped clock continues to read in the background. This waits until no new event has come for a while. */
  const goOn = async (worker: TestWorker, until: () => boolean) => {
    for (let i = 0; i < 500 && !until(); i++) {
      await worker.follower.cycle();
      await sleep(20);
    }
    expect(until()).toBe(true);
  };
  /** Every event of these wallets after some versions, as `wallet/version`. */
  const logged = async (walletIds: readonly string[], after: ReadonlyMap<string, number> = new Map()) => {
    const all = await Promise.all(
      walletIds.map(async (walletId) =>
        (await on.log.versions(walletId)).filter((v) => v > (after.get(walletId) ?? 0)).map((v) => `${walletId}/${v}`),
      ),
    );
    return all.flat();
  };
  const versionsNow = async () =>
    new Map(await Promise.all(WALLETS.map(async (id) => [id, (await on.log.versions(id)).length] as const)));
  /** Checks that the events of each wallet are in order, without repetitions. */
  const inOrder = (seen: Seen) =>
    WALLETS.every((walletId) => {
      const versions = [...new Set(seen)].flatMap((each) =>
        each.startsWith(`${walletId}/`) ? Number(each.split('/')[1]) : [],
      );
      return versions.every((version, i) => i === 0 || version === versions[i - 1]! + 1);
    });
  const sawAll = (seen: Seen, expected: readonly string[]) => expected.every((each) => seen.includes(each));
  const deposits = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => on.store.deposit(WALLETS[i % WALLETS.length]!, '1.00')));

  it('get the events that they want, in order, from the beginning or from now on', async () => {
    await deposits(20);
    const [all, fresh, opened]: [Seen, Seen, Seen] = [[], [], []];
    const reactors = [
      await noting(all, undefined, { startsAt: 'beginning' }),
      await noting(fresh),
      await noting(opened, undefined, { startsAt: 'beginning', wants: ['WalletOpened'] }),
    ];
    const before = await versionsNow();
    const one = on.worker({ projections: [], reactions: { reactors, send } });
    await goOn(one, () => one.follower.shards.length === 64);
    await deposits(20);
    const [later, whole] = [await logged(WALLETS, before), await logged([...WALLETS, 'fees'])];
    await goOn(one, () => sawAll(fresh, later) && sawAll(all, whole) && opened.length >= WALLETS.length + 1);
    await one.follower.release();
    expect(fresh.toSorted()).toEqual(later.toSorted());
    expect(all.toSorted()).toEqual(whole.toSorted());
    // Its shards are at different places now. The next worker gets none of their events again.
    await on.store.deposit(WALLETS[0]!, '1.00');
    const [newest] = (await logged(WALLETS.slice(0, 1))).slice(-1);
    const next = on.worker({ projections: [], reactions: { reactors, send } });
    await goOn(next, () => fresh.includes(newest!) && all.includes(newest!));
    await next.follower.release();
    expect(fresh.toSorted()).toEqual([...later, newest!].toSorted());
    expect(all.toSorted()).toEqual([...whole, newest!].toSorted());
    expect(opened.every((each) => each.endsWith('/1'))).toBe(true);
    expect(inOrder(all) && inOrder(fresh)).toBe(true);
  });

  it('continue where a dead worker stopped, and get unfinished events again', async () => {
    const seen: Seen = [];
    let dies = false;
    const reactor = await noting(seen, async () => {
      if (dies) await new Promise(() => undefined); // the process has died, so its calls never return
    });
    const dead = worker(reactor);
    await goOn(dead, () => dead.follower.shards.length === 64);
    const before = await versionsNow();
    await deposits(10);
    const first = await logged(WALLETS, before);
    await goOn(dead, () => sawAll(seen, first));
    dies = true;
    await deposits(10);
    for (let i = 0; i < 5; i++) {
      await dead.follower.cycle();
      await sleep(50);
    }
    dies = false;
    const heir = worker(reactor);
    for (let second = 0; second < 7; second++) await heir.lookAround();
    const all = await logged(WALLETS, before);
    await goOn(heir, () => sawAll(seen, all));
    await heir.follower.release();
    expect(inOrder(seen)).toBe(true);
  });

  it('do nothing in a shard that they lost while they slept', async () => {
    const [robbed, thieves]: [Seen, Seen] = [[], []];
    const reactor = await noting(robbed);
    const sleepy = worker(reactor);
    await goOn(sleepy, () => sleepy.follower.shards.length === 64);
    await sleep(100);
    const before = await versionsNow();
    const lease = `UPDATE shard_leases SET token = token + 1, owner`;
    await on.log.owner.query(`${lease} = 'local/thief'`);
    await deposits(10);
    await sleepy.follower.cycle(); // a second cycle would make a survey, and take back its share of shards
    await sleep(500);
    expect(robbed).toEqual([]);
    await on.log.owner.query(`${lease} = NULL`);
    const heir = worker({
      ...reactor,
      react: async (events) =>
        void thieves.push(...events.map(({ recorded }) => `${recorded.walletId}/${recorded.version}`)),
    });
    const all = await logged(WALLETS, before);
    await goOn(heir, () => sawAll(thieves, all));
    await heir.follower.release();
    expect(thieves.toSorted()).toEqual(all.toSorted());
  });

  it('have each command executed once, with any number of workers that run, die or lose shards', async () => {
    const seen: Seen = [];
    let left = 3;
    const reactor = await noting(
      seen,
      async (events, context) => {
        for (const each of events) {
          if (each.recorded.walletId === 'fees') continue;
          const outcome = await context.send(each, {
            type: 'Deposit',
            walletId: 'fees',
            amount: eur('0.01'),
            details: {},
          });
          expect(outcome.result.kind).toBe('accepted');
        }
        if (left-- <= 0) return;
        // The command is sent, but the event is not finished: first the reactor fails, then the worker loses the shard.
        if (left % 2 === 0) await on.log.owner.query(`UPDATE shard_leases SET token = token + 1, owner = NULL`);
        else throw new Error('after it was sent');
      },
      { wants: ['FundsDeposited'] },
    );
    const before = (await on.log.versions('fees')).length;
    const stopped = new AbortController();
    const starting = worker(reactor);
    await goOn(starting, () => starting.follower.shards.length === 64);
    await starting.follower.release();
    const known = await versionsNow();
    const loops = [worker(reactor, ONE_COMMIT), worker(reactor, ONE_COMMIT)].map((each) => each.follow(stopped.signal));
    for (let i = 0; i < 8; i++) await deposits(8);
    const all = await logged(WALLETS, known);
    for (let i = 0; i < 500 && !sawAll(seen, all); i++) await sleep(50);
    stopped.abort();
    await Promise.all(loops);
    expect(sawAll(seen, all)).toBe(true);
    expect(left).toBeLessThanOrEqual(0);
    expect((await on.log.versions('fees')).length - before).toBe(all.length);
  });

  it('run in a worker process, whose commands go through the command pipeline with the role of the API', async () => {
    const seen: Seen = [];
    const opensAnother: Reactor['react'] = async (events, context) => {
      for (const each of events.filter(({ recorded }) => recorded.walletId === 'r-7')) {
        await context.send(each, { type: 'OpenWallet', walletId: 'of-r-7', metadata: {} });
      }
    };
    const reactor = await noting(seen, opensAnother, { startsAt: 'beginning', wants: ['WalletOpened'] });
    const logger = createLogger({ level: 'silent' });
    const running = await startWorker({ databaseUrl: on.log.url, logger, reactors: [reactor] });
    for (let i = 0; i < 200 && !seen.includes('of-r-7/1'); i++) await sleep(50);
    await running.close();
    expect(seen.filter((each) => each === 'r-7/1' || each === 'of-r-7/1')).toEqual(['r-7/1', 'of-r-7/1']);
  });

  it('get no event again when a projection is rebuilt and swapped, and are not rebuilt themselves', async () => {
    const seen: Seen = [];
    const reactor = await noting(seen);
    const stopped = new AbortController();
    const one = on.worker({ projections: ALL_PROJECTIONS, reactions: { reactors: [reactor], send } });
    const following = one.follow(stopped.signal);
    await one.settled();
    const before = await versionsNow();
    await deposits(10);
    await one.settled();
    const rebuilt = await on.carryOut(await on.ask('rebuild', { swap: true, latencyRatioMax: 0 }, balances.name));
    expect(rebuilt).toMatchObject({ state: 'done' });
    await one.settled();
    stopped.abort();
    await following;
    expect(seen.toSorted()).toEqual((await logged(WALLETS, before)).toSorted());
    const runner = new OperationRunner({
      ...{ database: on.database, regions: ['local'], projections: ALL_PROJECTIONS, reactors: [reactor] },
      ...{ me: { region: 'local', id: randomUUID() }, failed: () => undefined },
    });
    const asked = await on.ask('rebuild', {}, reactor.name);
    await runner.once(new AbortController().signal);
    expect(await on.carryOut(asked)).toMatchObject({
      state: 'failed',
      result: {
        refused: true,
        reason: `${reactor.name} is a reactor: it has no rows to rebuild, and what it did is not done again`,
      },
    });
  });

  it('are tried again after a pause when they fail, do not delay other consumers, and report the failure', async () => {
    const seen: Seen = [];
    let broken = true;
    const reactor = await noting(seen, async () => {
      if (broken) throw new Error('the mail server is away');
    });
    const other: Seen = [];
    const stopped = new AbortController();
    const reactors = [reactor, await noting(other)];
    const one = on.worker({ projections: ALL_PROJECTIONS, reactions: { reactors, send } });
    const following = one.follow(stopped.signal);
    await one.settled();
    const before = await versionsNow();
    await deposits(10);
    const all = await logged(WALLETS, before);
    for (let i = 0; i < 200 && one.failures.length < 4; i++) await sleep(50);
    await one.settled();
    const status = async () => (await projectionStatus(on.database, ['local'], Date.now(), reactors)).reactors;
    const [failing, well] = await status();
    expect(failing).toMatchObject({
      name: reactor.name,
      kind: 'reactor',
      stuck: [{ reason: 'the mail server is away' }],
    });
    expect(failing!.stuck[0]!.attempts).toBeGreaterThan(1);
    expect(failing!.behind.events).toBe(all.length);
    expect(well).toMatchObject({ behind: { events: 0 }, stuck: [] });
    expect(other.toSorted()).toEqual(all.toSorted());
    const { generation } = (await liveBuilds(on.database, balances.name))!;
    expect(await on.wrongIn(balances, { generation })).toEqual([]);
    expect(one.failures.length).toBeLessThan(12); // 50 ms, doubled each time
    broken = false;
    for (let i = 0; i < 200 && !sawAll(seen, all); i++) await sleep(50);
    await one.settled();
    stopped.abort();
    await following;
    expect(seen.toSorted()).toEqual(all.toSorted());
    expect((await status())[0]).toMatchObject({ behind: { events: 0 }, stuck: [] });
  });
});

describe('a reactor', () => {
  it('has a name that differs from all projections', () => {
    const declared = { startsAt: 'end', react: async () => {} } as const;
    expect(() => defineReactor('balances', declared)).toThrow('balances is the name of a projection');
    expect(() => defineReactor('Two Words', declared)).toThrow('the name of a reactor is');
  });
});
