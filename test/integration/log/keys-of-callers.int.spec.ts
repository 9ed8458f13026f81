import { setTimeout as sleep } from 'node:timers/promises';
import { readRegionOutcomes, type StrategyName } from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFixture, standing, verdict, watched, type TestStore } from './log-fixture.js';

const REUSED = { name: 'IdempotencyKeyReused' };
const STRATEGIES: readonly StrategyName[] = ['grouped', 'optimistic', 'pessimistic'];
/** The strategies with a queue. The pessimistic strategy has none. */
const QUEUES: readonly StrategyName[] = ['grouped', 'optimistic'];

describe.each(engines)('keys of callers on $engine', (engine) => {
  let log: LogFixture;
  beforeAll(async () => {
    log = await LogFixture.create(engine);
  });
  afterAll(() => log.close());

  /** An idempotency key belongs to its caller and to its wallet (ADR 10). */
  describe.each(STRATEGIES)('%s: a key belongs to its caller', (strategy) => {
    let a: TestStore;
    let b: TestStore;
    beforeAll(async () => {
      a = (await log.open({ strategy })).as('a');
      b = a.as('b');
    });

    it('books the requests of two callers under one key, each once', async () => {
      await a.openWallet(`shared-${strategy}`);
      const first = await a.deposit(`shared-${strategy}`, '25.00', '2');
      const second = await b.deposit(`shared-${strategy}`, '25.00', '2');
      expect([standing(first), standing(second)]).toEqual([
        [2, '25.00'],
        [3, '50.00'],
      ]);
      expect(await a.deposit(`shared-${strategy}`, '25.00', '2')).toEqual({ ...first, replayed: true });
      expect(await b.deposit(`shared-${strategy}`, '25.00', '2')).toEqual({ ...second, replayed: true });
      await expect(b.deposit(`shared-${strategy}`, '26.00', '2')).rejects.toMatchObject(REUSED);
      expect(await log.versions(`shared-${strategy}`)).toEqual([1, 2, 3]);
    });

    it('does not merge commands in flight of two callers with equal keys', async () => {
      await a.openWallet(`flight-${strategy}`);
      const outcomes = await Promise.all(
        [a, b, a, b].map((caller) => caller.deposit(`flight-${strategy}`, '1.00', 'k')),
      );
      expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(2);
      expect(await log.versions(`flight-${strategy}`)).toEqual([1, 2, 3]);
    });

    it("moves each caller's outcomes with the wallet, and finds them when it moves back", async () => {
      await a.openWallet(`mover-${strategy}`);
      const first = await a.deposit(`mover-${strategy}`, '1.00', 'k');
      await a.rehome(`mover-${strategy}`, 'east');
      const second = await b.deposit(`mover-${strategy}`, '2.00', 'k'); // `local` has an outcome under this key now
      for (const region of ['local', 'east', 'local']) {
        await a.rehome(`mover-${strategy}`, region);
        expect(await a.deposit(`mover-${strategy}`, '1.00', 'k')).toEqual({ ...first, replayed: true });
        expect(await b.deposit(`mover-${strategy}`, '2.00', 'k')).toEqual({ ...second, replayed: true });
      }
    });

    it('gives a repeat its first answer while a misuse of its key is in flight', async () => {
      await a.openWallet(`misuse-${strategy}`);
      for (let i = 0; i < 10; i++) {
        const first = await a.deposit(`misuse-${strategy}`, '10.00', `k${i}`);
        const told = await Promise.allSettled(
          ['11.00', '10.00', '12.00'].map((x) => a.deposit(`misuse-${strategy}`, x, `k${i}`)),
        );
        expect(told).toEqual([
          { status: 'rejected', reason: expect.objectContaining(REUSED) },
          { status: 'fulfilled', value: { ...first, replayed: true } },
          { status: 'rejected', reason: expect.objectContaining(REUSED) },
        ]);
      }
    });

    it('refuses a misuse of a key while its first request is in flight', async () => {
      await a.openWallet(`racing-${strategy}`);
      const told = await Promise.allSettled(
        ['10.00', '11.00'].map((amount) => a.deposit(`racing-${strategy}`, amount, 'k')),
      );
      expect(told.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(told.find(({ status }) => status === 'rejected')).toMatchObject({ reason: REUSED });
      expect(await log.versions(`racing-${strategy}`)).toEqual([1, 2]);
    });
  });

  /** Outcomes that were written before keys belonged to callers: they belong to no caller. */
  describe.each(STRATEGIES)('%s: keys from before keys belonged to callers', (strategy) => {
    let a: TestStore;
    beforeAll(async () => {
      const before = await log.open({ strategy });
      await before.openWallet(`old-${strategy}`, 'o');
      await before.openWallet(`other-${strategy}`, 'o');
      await before.deposit(`old-${strategy}`, '10.00', 'd');
      await before.withdraw(`old-${strategy}`, '99.00', 'w');
      await before.transfer(`old-${strategy}`, `other-${strategy}`, '1.00', 't');
      const wallets = [`old-${strategy}`, `other-${strategy}`];
      await log.owner.query(`UPDATE command_outcomes SET caller = '' WHERE wallet_id IN ($1, $2)`, wallets);
      await log.owner.query('UPDATE wallets SET keys_before_callers = true WHERE wallet_id IN ($1, $2)', wallets);
      a = (await log.open({ strategy })).as('a');
    });

    it('give the first answer to each caller who repeats the request, and nothing is booked', async () => {
      for (const caller of [a, a.as('b')]) {
        const told = [
          await caller.openWallet(`old-${strategy}`, 'o'),
          await caller.deposit(`old-${strategy}`, '10.00', 'd'),
          await caller.withdraw(`old-${strategy}`, '99.00', 'w'),
          await caller.transfer(`old-${strategy}`, `other-${strategy}`, '1.00', 't'),
        ];
        expect(told.map(verdict)).toEqual(['accepted', 'accepted', 'insufficient_funds', 'accepted']);
        expect(told.every(({ replayed, ofNoCaller }) => replayed && ofNoCaller)).toBe(true);
      }
      expect(await log.versions(`old-${strategy}`)).toEqual([1, 2, 3]);
      expect(await log.versions(`other-${strategy}`)).toEqual([1, 2]);
    });

    it('refuse another request of each caller', async () => {
      await expect(a.deposit(`old-${strategy}`, '11.00', 'd')).rejects.toMatchObject(REUSED);
      await expect(a.deposit(`old-${strategy}`, '11.00', 'w')).rejects.toMatchObject(REUSED);
      expect(await log.versions(`old-${strategy}`)).toEqual([1, 2, 3]);
    });

    it('do not affect new keys, or the same keys of other wallets', async () => {
      const told = await Promise.all([
        ...[
          a.deposit(`old-${strategy}`, '1.00', 'n'),
          a.as('b').deposit(`old-${strategy}`, '1.00', 'n'),
          a.deposit(`other-${strategy}`, '1.00', 'd'),
        ],
        a.deposit(`old-${strategy}`, '10.00', 'd'),
      ]);
      expect(told.map(({ replayed }) => replayed)).toEqual([false, false, false, true]);
      expect(await a.deposit(`old-${strategy}`, '1.00', 'n')).toEqual({ ...told[0]!, replayed: true });
    });

    it('move with their wallet', async () => {
      await a.rehome(`old-${strategy}`, 'east');
      expect(await (await log.open({ strategy })).deposit(`old-${strategy}`, '10.00', 'd')).toMatchObject({
        replayed: true,
      });
    });
  });

  it('are read page by page, also those of one key', async () => {
    const store = await log.open();
    await store.openWallet('paged', 'o');
    for (const caller of ['c', 'a', 'b']) await store.as(caller).deposit('paged', '1.00', 'k');
    const found: string[] = [];
    for (let after = { walletId: 'paged', idempotencyKey: '', caller: '' }; found.length < 9;) {
      const [next] = await readRegionOutcomes(log.owner, { region: 'local', after, limit: 1 });
      if (next?.walletId !== 'paged') break;
      found.push(`${next.idempotencyKey} ${next.caller}`);
      after = next;
    }
    expect(found).toEqual(['k a', 'k b', 'k c', 'o test']);
  });

  describe.each(QUEUES)('%s: the queue', (strategy) => {
    it('counts requests that wait for another request under their key', async () => {
      const small = await log.open({ strategy, limits: { queueMax: 3 } });
      await small.openWallet(`bounded-${strategy}`);
      const told = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => small.deposit(`bounded-${strategy}`, `${i + 1}.00`, 'k')),
      );
      const names = told.map((each) => (each.status === 'rejected' ? (each.reason as Error).name : each.status));
      const reused = Array(2).fill('IdempotencyKeyReused');
      expect(names).toEqual(['fulfilled', ...reused, ...Array(5).fill('QueueFull')]);
    });

    it('waits for another request under its key at most until its own deadline', async () => {
      const slow = watched(await log.connectApi(), async (text, values) => {
        if (text.includes('new_outcomes') && JSON.stringify(values).includes('"slow"')) await sleep(400);
      });
      const store = await log.open({ database: slow, strategy, limits: { commandDeadlineMs: 200 } });
      await store.openWallet(`patience-${strategy}`);
      const told = await Promise.allSettled(
        ['1.00', '2.00'].map((amount) => store.deposit(`patience-${strategy}`, amount, 'slow')),
      );
      expect(told.map((each) => (each.status === 'rejected' ? (each.reason as Error).name : each.status))).toEqual([
        ...['fulfilled', 'LogUnavailable'],
      ]);
    });
    it('looks for keys without a caller only for wallets that can have them', async () => {
      const before = await log.open({ strategy });
      await before.openWallet(`elder-${strategy}`);
      await log.owner.query(`UPDATE wallets SET keys_before_callers = true WHERE wallet_id = $1`, [
        `elder-${strategy}`,
      ]);
      const statements: string[] = [];
      const database = watched(await log.connectApi(), (text) => void statements.push(text));
      const store = await log.open({ database, strategy });
      await store.openWallet(`young-${strategy}`);
      await store.deposit(`young-${strategy}`, '1.00');
      expect(statements.some((text) => text.includes('old_key'))).toBe(false);
      await store.deposit(`elder-${strategy}`, '1.00');
      expect(statements.some((text) => text.includes('old_key'))).toBe(true);
    });
  });
});
