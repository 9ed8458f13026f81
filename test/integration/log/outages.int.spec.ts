import { setTimeout as sleep } from 'node:timers/promises';
import { strategies, type StrategyName } from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disturbedStore, engineError, isLoad } from './disturbed-store.js';
import { LogFixture, standing, verdict, type TestStore } from './log-fixture.js';

const NAMES = Object.keys(strategies) as StrategyName[];
const cases = engines.flatMap((engine) => NAMES.map((strategy) => ({ engine, strategy, name: engine.engine })));

describe.each(cases)('a command of the strategy $strategy on $name', ({ engine, strategy }) => {
  let log: LogFixture;
  beforeAll(async () => {
    log = await LogFixture.create(engine);
  });
  afterAll(() => log.close());

  it('has an unknown outcome if its answer was lost and the database then stays unavailable', async () => {
    let away = false;
    const options = { strategy, limits: { commandDeadlineMs: 300, backoffCapMs: 20 } };
    const { store, steps } = await disturbedStore(log, options, async (_, send) => {
      if (away) throw engineError('ECONNREFUSED');
      return send();
    });
    await store.openWallet('unsure');
    steps.push(async (send) => {
      await send();
      away = true;
      throw engineError('08006');
    });
    await expect(store.deposit('unsure', '1.00', 'k')).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    await expect(store.deposit('unsure', '2.00', 'l')).rejects.toMatchObject({ name: 'LogUnavailable' });
    away = false;
    expect(verdict(await store.deposit('unsure', '1.00', 'k'))).toBe('accepted');
    expect(await log.versions('unsure')).toEqual([1, 2]);
  });
});

/** A flush queue while the database is unavailable, and afterwards. */
describe.each(engines)('after an outage on $engine', (engine) => {
  let log: LogFixture;
  let rival: TestStore;
  beforeAll(async () => {
    log = await LogFixture.create(engine);
    rival = await log.open();
  });
  afterAll(() => log.close());

  const away = async () => {
    throw engineError('57P03');
  };

  it('commands are decided in the order of their arrival', async () => {
    const { store, steps } = await disturbedStore(log, { limits: { flushCommandsMax: 2 } });
    await store.openWallet('ordered');
    const deposit = () => store.deposit('ordered', '1.00');
    const later: ReturnType<typeof deposit>[] = [];
    steps.push(async () => {
      later.push(deposit(), deposit()); // the first two are decided already and wait for these, and these for the first two
      await sleep(20);
      throw engineError('40001');
    });
    const outcomes = await Promise.all([deposit(), deposit(), deposit(), deposit()]);
    outcomes.push(...(await Promise.all(later)));
    expect(outcomes.map((outcome) => standing(outcome)[0])).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('a command that was decided ahead is decided again on the current state of the other wallet', async () => {
    const { store, steps } = await disturbedStore(log);
    for (const walletId of ['in-flight', 'ahead-of-it']) await store.openWallet(walletId);
    const later: ReturnType<typeof store.deposit>[] = [];
    steps.push(async () => {
      later.push(store.deposit('ahead-of-it', '1.00'));
      await sleep(20);
      throw engineError('40001');
    });
    await store.deposit('in-flight', '1.00');
    expect(standing(await later[0]!)).toEqual([2, '1.00']);
    expect(await log.versions('ahead-of-it')).toEqual([1, 2]);
  });

  it('the next attempt waits, longer each time', async () => {
    const limits = { backoffBaseMs: 40, backoffCapMs: 10_000 };
    const { store, steps, sent, appends } = await disturbedStore(log, { limits, random: () => 0.999 });
    await store.openWallet('patient');
    sent.length = 0;
    steps.push(away, away, away);
    await store.deposit('patient', '1.00');
    const [, second, third, fourth] = appends().map(({ at }) => at);
    expect(third! - second!).toBeGreaterThan(60);
    expect(fourth! - third!).toBeGreaterThan(120);
  });

  it('a success resets the wait', async () => {
    let luck = 0;
    const limits = { flushCommandsMax: 1, backoffBaseMs: 1, backoffCapMs: 10_000, commandDeadlineMs: 2_000 };
    const { store, steps } = await disturbedStore(log, { limits, random: () => luck });
    await store.openWallet('recovered');
    steps.push(
      ...Array.from({ length: 12 }, () => away),
      (send) => send(),
      async () => {
        luck = 0.999;
        return away();
      },
    );
    const outcomes = await Promise.all([store.deposit('recovered', '1.00'), store.deposit('recovered', '1.00')]);
    expect(outcomes.map(verdict)).toEqual(['accepted', 'accepted']); // with a longer wait the command would have failed after 4 s
  });

  it('commands that were given up have no effect on the next one: it does not wait longer', async () => {
    let luck = 0;
    const limits = { backoffBaseMs: 1, backoffCapMs: 10_000, commandDeadlineMs: 200 };
    const { store, steps } = await disturbedStore(log, { limits, random: () => luck });
    await store.openWallet('given-up');
    steps.push(...Array.from({ length: 10_000 }, () => away));
    await expect(store.deposit('given-up', '1.00')).rejects.toMatchObject({ name: 'LogUnavailable' });
    steps.length = 0;
    luck = 0.999;
    steps.push(away);
    expect(verdict(await store.deposit('given-up', '1.00'))).toBe('accepted');
  });

  it('no command of a sequence is written after one that failed', async () => {
    // The append that holds the second command fails as long as it does: its flush is halved until it is alone.
    const { store } = await disturbedStore(log, {}, async (each, send) => {
      if (JSON.stringify(each.values).includes('culprit')) throw engineError('22012');
      return send();
    });
    await store.openWallet('in-sequence');
    const sequence = store.inSequence();
    await sequence.deposit('in-sequence', '1.00');
    const sent = [
      sequence.deposit('in-sequence', '2.00', 'before'),
      sequence.deposit('in-sequence', '3.00', 'culprit'),
      sequence.deposit('in-sequence', '4.00', 'after'),
      store.deposit('in-sequence', '5.00', 'of-another'),
    ];
    const [before, culprit, after, another] = await Promise.allSettled(sent);
    expect(before).toMatchObject({ status: 'fulfilled' });
    expect(culprit).toMatchObject({ reason: { code: '22012' } });
    expect(after).toMatchObject({ reason: { name: 'LogUnavailable' } });
    expect(another).toMatchObject({ status: 'fulfilled' });
    await expect(sequence.deposit('in-sequence', '6.00', 'later')).rejects.toMatchObject({ name: 'LogUnavailable' });
    expect(await log.versions('in-sequence')).toEqual([1, 2, 3, 4]);
  });

  it('a defect while wallets are read again is reported to their commands at once', async () => {
    let broken = false;
    const { store, steps } = await disturbedStore(log, { limits: { commandDeadlineMs: 500 } }, async (each, send) => {
      if (broken && isLoad(each)) throw engineError('22012');
      return send();
    });
    await store.openWallet('unreadable');
    steps.push(async (send) => {
      await rival.deposit('unreadable', '1.00');
      broken = true;
      return send();
    });
    await expect(store.deposit('unreadable', '1.00')).rejects.toMatchObject({ code: '22012' });
  });

  it('a command does not wait for a wallet that cannot be loaded in time', async () => {
    await rival.openWallet('never-loads');
    const options = { limits: { commandDeadlineMs: 200, backoffCapMs: 20 } };
    const { store } = await disturbedStore(log, options, async () => {
      throw engineError('ECONNREFUSED');
    });
    const answer = store.deposit('never-loads', '1.00').catch((error: unknown) => error);
    const waits = sleep(2_000).then(() => 'waits');
    expect(await Promise.race([answer, waits])).toMatchObject({ name: 'LogUnavailable' });
  });

  it('a key can be used again after its wallet could not be loaded', async () => {
    await rival.openWallet('loads-later');
    let broken = true;
    const { store } = await disturbedStore(log, {}, async (each, send) => {
      if (broken && isLoad(each)) throw engineError('22012');
      return send();
    });
    await expect(store.deposit('loads-later', '1.00', 'k')).rejects.toMatchObject({ code: '22012' });
    broken = false;
    expect(verdict(await store.deposit('loads-later', '1.00', 'k'))).toBe('accepted');
  });
});
