import { LogUnavailable, MovementFinder, OutcomeUnknown, type StrategyName } from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disturbedStore, engineError } from './disturbed-store.js';
import { eur, LogFixture, standing, verdict, type TestStore } from './log-fixture.js';

const REGIONS = ['local', 'north'];
const STRATEGIES: readonly StrategyName[] = ['grouped', 'optimistic', 'pessimistic'];

describe.each(engines)('reversals on $engine', (engine) => {
  let log: LogFixture;
  let finder: MovementFinder;
  let ids = 0;
  beforeAll(async () => {
    log = await LogFixture.create(engine);
    finder = new MovementFinder(await log.connectApi(), REGIONS);
  });
  afterAll(() => log.close());

  const reverse = async (store: TestStore, walletId: string, movementId: string, amount?: string, key?: string) => {
    const original = await finder.find({ walletId, movementId });
    const some = amount === undefined ? {} : { amount: eur(amount) };
    const reversalId = `r-${ids++}`;
    return store.execute(
      { type: 'ReverseMovement', walletId, movementId, reversalId, original, details: {}, ...some },
      key,
    );
  };
  const opened = async (store: TestStore, ...walletIds: readonly string[]) => {
    for (const walletId of walletIds) await store.openWallet(walletId);
  };
  const verdicts = (outcomes: readonly string[]) =>
    Object.fromEntries([...Map.groupBy(outcomes, (one) => one)].map(([one, all]) => [one, all.length]));

  it.each(STRATEGIES)('by two processes at once never return more than the movement: %s', async (strategy) => {
    const [one, other] = [await log.open({ strategy }), await log.open({ strategy })];
    const wallet = `twice-${strategy}`;
    await opened(one, wallet);
    await one.deposit(wallet, '10.00');
    await one.deposit(wallet, '90.00', 'more'); // with the same movement id, so both deposits are one movement of 100.00
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => verdict(await reverse(i % 2 ? one : other, wallet, 'm', '2.50'))),
    );
    expect(verdicts(outcomes)).toEqual({ accepted: 40, reversal_above_movement: 20 });
    expect(standing(await one.deposit(wallet, '1.00', 'last'))[1]).toBe('1.00');
  });

  it.each(STRATEGIES)('of a transfer, sent to either wallet, add up: %s', async (strategy) => {
    const [one, other] = [await log.open({ strategy }), await log.open({ strategy })];
    const [from, to] = [`from-${strategy}`, `to-${strategy}`];
    await opened(one, from, to);
    await one.deposit(from, '10.00');
    await one.transfer(from, to, '10.00');
    const outcomes = await Promise.all(
      Array.from({ length: 24 }, async (_, i) =>
        verdict(await reverse(i % 2 ? one : other, i % 3 ? from : to, 't', '1.00')),
      ),
    );
    expect(verdicts(outcomes)).toEqual({ accepted: 10, reversal_above_movement: 14 });
    expect(standing(await one.deposit(from, '1.00', 'last'))[1]).toBe('11.00');
  });

  it('continue in the new region of the wallet, and include the reversals from its former region', async () => {
    const store = await log.open();
    await opened(store, 'mover');
    await store.deposit('mover', '10.00');
    expect(verdict(await reverse(store, 'mover', 'm', '6.00'))).toBe('accepted');
    await store.rehome('mover', 'north');
    expect(verdict(await reverse(await log.open(), 'mover', 'm', '5.00'))).toBe('reversal_above_movement');
    expect(verdict(await reverse(await log.open(), 'mover', 'm', '3.00'))).toBe('accepted');
    await store.rehome('mover', 'local');
    expect(verdict(await reverse(await log.open(), 'mover', 'm', '2.00'))).toBe('reversal_above_movement');
    expect(verdict(await reverse(await log.open(), 'mover', 'm', '1.00'))).toBe('accepted');
  });

  it('whose answer was lost are found in the log, and are not booked again', async () => {
    const { store, steps } = await disturbedStore(log);
    await opened(store, 'lost');
    await store.deposit('lost', '10.00');
    const original = await finder.find({ walletId: 'lost', movementId: 'm' });
    steps.push(async (send) => {
      await send();
      throw engineError('ECONNRESET');
    });
    const ids = { walletId: 'lost', movementId: 'm', reversalId: 'r' };
    const command = { type: 'ReverseMovement', ...ids, original, details: {}, amount: eur('6.00') } as const;
    expect(verdict(await store.execute(command, 'once'))).toBe('accepted');
    expect(verdict(await store.execute({ ...command, reversalId: 'r2' }, 'again'))).toBe('reversal_above_movement');
    expect(await log.versions('lost')).toEqual([1, 2, 3]);
  });

  it('are not reported as unwritten when an attempt may have committed, and their facts cannot be read again', async () => {
    const other = await log.open();
    let down = false;
    const { store, steps } = await disturbedStore(log, { limits: { commandDeadlineMs: 500 } }, (statement, send) => {
      if (down && statement.text.includes('wallet_facts f')) throw engineError('ECONNREFUSED');
      return send();
    });
    await opened(store, 'unsure');
    await store.deposit('unsure', '10.00');
    steps.push(async () => {
      await other.deposit('unsure', '1.00', 'more'); // so the wallet is read again, and its facts are dropped from memory
      down = true;
      throw engineError('ECONNRESET');
    });
    await expect(reverse(store, 'unsure', 'm', '6.00')).rejects.toThrow(OutcomeUnknown);
  });

  it('are decided again when another process reversed between the read and the write', async () => {
    const other = await log.open();
    let between: (() => Promise<unknown>) | undefined;
    const { store } = await disturbedStore(log, {}, async (statement, send) => {
      const found = await send();
      if (statement.text.includes('wallet_facts f')) await between?.();
      return found;
    });
    await opened(store, 'between');
    await store.deposit('between', '10.00');
    between = async () => {
      between = undefined;
      expect(verdict(await reverse(other, 'between', 'm', '7.00'))).toBe('accepted');
    };
    expect(verdict(await reverse(store, 'between', 'm', '7.00'))).toBe('reversal_above_movement');
    expect(verdict(await reverse(store, 'between', 'm', '3.00'))).toBe('accepted');
  });

  it('ignore facts that were read before the wallet was read again', async () => {
    const other = await log.open();
    let meanwhile: (() => Promise<unknown>) | undefined;
    const { store } = await disturbedStore(log, {}, async (statement, send) => {
      const found = await send();
      if (statement.text.includes('wallet_facts f')) await meanwhile?.();
      return found;
    });
    await opened(store, 'meanwhile');
    await store.deposit('meanwhile', '10.00');
    meanwhile = async () => {
      meanwhile = undefined;
      expect(verdict(await reverse(other, 'meanwhile', 'm', '7.00'))).toBe('accepted');
      // The command loses the race, so the wallet is read again before the query for the fact returns.
      expect(verdict(await store.deposit('meanwhile', '50.00', 'more'))).toBe('accepted');
      expect(store.retries).toContain('replay_or_race');
    };
    const original = (await finder.find({ walletId: 'meanwhile', movementId: 'm' })).slice(0, 1);
    const ids = { walletId: 'meanwhile', movementId: 'm', reversalId: 'r' };
    const command = { type: 'ReverseMovement', ...ids, original, details: {}, amount: eur('7.00') } as const;
    expect(verdict(await store.execute(command))).toBe('reversal_above_movement');
  });

  it('cost no read on a wallet if no command uses its facts', async () => {
    const { store, sent } = await disturbedStore(log);
    await opened(store, 'plain');
    await store.deposit('plain', '10.00');
    expect(sent.some(({ text }) => text.includes('wallet_facts'))).toBe(false);
  });

  it('wait for a projection that is far behind, and then fail instead of answering that the movement does not exist', async () => {
    const store = await log.open();
    await opened(store, 'behind');
    await store.deposit('behind', '1.00', 'first');
    await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        store.execute({
          ...{ type: 'Deposit', walletId: 'behind', movementId: `m-${i}`, amount: eur('0.01'), details: {} },
        }),
      ),
    );
    const impatient = new MovementFinder(await log.connectApi(), REGIONS, 200);
    await expect(impatient.find({ walletId: 'behind', movementId: 'm-499' })).rejects.toThrow(LogUnavailable);
    expect(await impatient.find({ walletId: 'behind', movementId: 'm' })).toHaveLength(1);
    expect(await impatient.find({ walletId: 'nobody', movementId: 'm' })).toEqual([]);
  });

  it('are not decided on a part of a transfer when the projection is too far behind to show all legs', async () => {
    const store = await log.open();
    await opened(store, 'edge', 'other');
    const deposit = (i: number) => ({ movementId: `m-${i}`, amount: eur('0.01'), details: {} });
    await Promise.all(
      Array.from({ length: 498 }, (_, i) => store.execute({ type: 'Deposit', walletId: 'edge', ...deposit(i) })),
    );
    const leg = { from: 'edge', to: 'other', amount: eur('0.01') };
    await store.execute({ type: 'Transfer', transferId: 't', legs: [leg, leg, leg], details: {} });
    expect(await log.versions('edge')).toHaveLength(502);
    const impatient = new MovementFinder(await log.connectApi(), REGIONS, 200);
    await expect(impatient.find({ walletId: 'edge', movementId: 't' })).rejects.toThrow(LogUnavailable);
    expect(await impatient.find({ walletId: 'other', movementId: 't' })).toHaveLength(3);
  });
});
