import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disturbedStore, engineError, mentions } from './disturbed-store.js';
import { LogFixture, standing, verdict, type TestStore } from './log-fixture.js';

/** Another process changes data between a decision and its statement. These tests check the reaction of the loser. */
describe.each(engines)('a lost race on $engine', (engine) => {
  let log: LogFixture;
  let rival: TestStore;

  beforeAll(async () => {
    log = await LogFixture.create(engine);
    rival = await log.open();
  });
  afterAll(() => log.close());

  it('makes the wallet that lost wait; the others of its flush are sent again at once', async () => {
    const limits = { backoffBaseMs: 50, backoffCapMs: 10_000 };
    const { store, steps, sent, appends } = await disturbedStore(log, { limits, random: () => 0.999 });
    const wallets = ['loser', 'first-other', 'second-other'];
    await Promise.all(wallets.map((walletId) => store.openWallet(walletId)));
    sent.length = 0;
    steps.push(async (send) => {
      await rival.deposit('loser', '5.00');
      return send();
    });
    await Promise.all(wallets.map((walletId) => store.deposit(walletId, '1.00')));
    const [lost, others, again] = appends();
    const walletsOf = (each: typeof lost) => wallets.filter((walletId) => mentions(each!, walletId));
    expect([lost, others, again].map(walletsOf)).toEqual([wallets, ['first-other', 'second-other'], ['loser']]);
    expect(again!.at - others!.at).toBeGreaterThan(50);
  });

  it('makes the loser wait longer each time', async () => {
    let luck = 0;
    const limits = { backoffBaseMs: 1, backoffCapMs: 10_000 };
    const { store, steps, sent, appends } = await disturbedStore(log, { limits, random: () => luck });
    await store.openWallet('unlucky');
    sent.length = 0;
    for (let race = 1; race <= 8; race++) {
      steps.push(async (send) => {
        await rival.deposit('unlucky', '1.00');
        if (race === 8) luck = 0.999;
        return send();
      });
    }
    await store.deposit('unlucky', '1.00');
    const [eighth, ninth] = appends().slice(7);
    expect(ninth!.at - eighth!.at).toBeGreaterThan(200); // up to 1 ms · 2^8
  });

  it('stores the answers of a flush that are still true, each once and not as a replay', async () => {
    const { store, steps } = await disturbedStore(log);
    await Promise.all(['moves', 'stays', 'gains'].map((walletId) => store.openWallet(walletId)));
    steps.push(async (send) => {
      await rival.deposit('moves', '9.00');
      return send();
    });
    const outcomes = await Promise.all([
      store.withdraw('moves', '5.00', 'm'),
      store.withdraw('stays', '5.00', 's'),
      store.deposit('gains', '1.00', 'g'),
    ]);
    expect(store.retries).toEqual(['stale_answer']);
    expect(outcomes.map(verdict)).toEqual(['accepted', 'insufficient_funds', 'accepted']);
    expect(outcomes.map(({ replayed }) => replayed)).toEqual([false, false, false]);
    const repeats = [await rival.withdraw('stays', '5.00', 's'), await rival.deposit('gains', '1.00', 'g')];
    expect(repeats.map(({ replayed }) => replayed)).toEqual([true, true]);
    expect(await log.versions('gains')).toEqual([1, 2]);
  });

  it('is a replay if the rival had already answered the same command', async () => {
    const { store, steps } = await disturbedStore(log);
    await store.openWallet('shared');
    steps.push(async (send) => {
      await rival.deposit('shared', '5.00');
      await rival.withdraw('shared', '5.00', 'k');
      return send();
    });
    const outcome = await store.withdraw('shared', '5.00', 'k');
    expect([verdict(outcome), outcome.replayed]).toEqual(['accepted', true]);
    expect(await log.versions('shared')).toEqual([1, 2, 3]);
  });

  it('decides again when the missing destination was opened meanwhile', async () => {
    const { store, steps } = await disturbedStore(log);
    await store.openWallet('giver');
    await store.deposit('giver', '2.00');
    steps.push(async (send) => {
      await rival.openWallet('taker');
      return send();
    });
    expect(verdict(await store.transfer('giver', 'taker', '1.00'))).toBe('accepted');
    expect(store.retries).toEqual(['stale_answer']);
  });

  it('reads again after a restart error, so that the command loses only once', async () => {
    const { store, steps } = await disturbedStore(log);
    await store.openWallet('restarted');
    steps.push(async () => {
      await rival.deposit('restarted', '1.00');
      throw engineError('40001');
    });
    expect(standing(await store.deposit('restarted', '1.00'))).toEqual([3, '2.00']);
    expect(store.retries).toEqual(['lost_race']);
  });

  it('is resolved before later commands are decided', async () => {
    const limits = { backoffBaseMs: 100, backoffCapMs: 10_000 };
    const { store, steps } = await disturbedStore(log, { limits, random: () => 0.999 });
    await store.openWallet('busy');
    const later: ReturnType<typeof store.deposit>[] = [];
    steps.push(async () => {
      await rival.deposit('busy', '1.00');
      setTimeout(() => later.push(store.deposit('busy', '1.00')), 20); // while the first one waits for its retry
      throw engineError('40001');
    });
    const first = await store.deposit('busy', '1.00');
    expect([first, await later[0]!].map((outcome) => standing(outcome)[0])).toEqual([3, 4]);
    expect(store.retries).toEqual(['lost_race']);
  });

  it('is only a conflict on the keys of events, outcomes and wallets: a conflict on any other unique key is a defect', async () => {
    await log.owner.query(
      `CREATE UNIQUE INDEX other_key ON command_outcomes (request_hash) WHERE wallet_id = 'unique'`,
    );
    const store = await log.open({ limits: { commandDeadlineMs: 500 } });
    await store.openWallet('unique');
    await store.deposit('unique', '1.00');
    await expect(store.deposit('unique', '1.00')).rejects.toMatchObject({ code: '23505', constraint: 'other_key' });
    await log.owner.query('DROP INDEX other_key');
    expect(await log.versions('unique')).toEqual([1, 2]);
  });

  it('against a newer version of Tidemark stops only the wallet that the newer version wrote to', async () => {
    const { store, steps } = await disturbedStore(log);
    for (const walletId of ['overtaken', 'untouched']) await store.openWallet(walletId);
    steps.push(async (send) => {
      await appendFromTheFuture(log, 'overtaken', 2);
      return send();
    });
    const [overtaken, untouched] = await Promise.allSettled([
      store.deposit('overtaken', '1.00'),
      store.deposit('untouched', '1.00'),
    ]);
    expect(overtaken).toMatchObject({ reason: { name: 'EventFromTheFuture' } });
    expect(untouched).toMatchObject({ value: { result: { kind: 'accepted' } } });
  });

  // CockroachDB's transactions are serializable: there this answer is ordered before the deposit, so it is true.
  it.skipIf(engine.engine === 'cockroach')(
    'does not make the pessimistic strategy store an answer that is no longer true',
    async () => {
      const { store, steps } = await disturbedStore(log, { strategy: 'pessimistic' });
      await rival.openWallet('locked');
      steps.push(async (send) => {
        await rival.deposit('locked', '5.00'); // the grouped strategy takes no lock and has the wallet in memory
        return send();
      });
      expect(verdict(await store.withdraw('locked', '5.00'))).toBe('accepted');
    },
  );
});

async function appendFromTheFuture({ owner }: LogFixture, walletId: string, version: number): Promise<void> {
  const [column, value] = owner.engine === 'postgres' ? [', position', ', position'] : ['', ''];
  await owner.query(
    `INSERT INTO wallet_events
       (region, wallet_id, version, shard, recorded_at, type, schema_version, data, metadata, hash${column})
     SELECT region, wallet_id, $2::int8, shard, recorded_at, 'FundsBlessed', 1, data, metadata, hash${value}
     FROM wallet_events WHERE wallet_id = $1 AND version = 1`,
    [walletId, version],
  );
}
