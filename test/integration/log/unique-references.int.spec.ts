import type { StrategyName } from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Patient } from '../doctor/patient.js';
import { disturbedStore } from './disturbed-store.js';
import { eur, verdict, type LogFixture, type TestStore } from './log-fixture.js';

const STRATEGIES: readonly StrategyName[] = ['grouped', 'optimistic', 'pessimistic'];

describe.each(engines)('unique references on $engine', (engine) => {
  let patient: Patient;
  let log: LogFixture;
  let ids = 0;
  beforeAll(async () => {
    patient = await Patient.create(engine);
    ({ log } = patient);
  });
  afterAll(() => patient.close());

  const unique = (reference: string) => ({ details: { reference }, uniqueReference: true }) as const;
  const deposit = (store: TestStore, walletId: string, reference: string) =>
    store.execute({ type: 'Deposit', walletId, movementId: `m-${ids++}`, amount: eur('1.00'), ...unique(reference) });
  const transfer = (store: TestStore, from: string, to: string, reference: string) =>
    store.execute({
      ...{ type: 'Transfer', transferId: `t-${ids++}`, legs: [{ from, to, amount: eur('0.01') }] },
      ...unique(reference),
    });

  it.each(STRATEGIES)('serve one movement each, whatever two processes send at once: %s', async (strategy) => {
    const [one, other] = [await log.open({ strategy }), await log.open({ strategy })];
    const [from, to] = [`from-${strategy}`, `to-${strategy}`];
    for (const walletId of [from, to]) await one.openWallet(walletId);
    await one.deposit(from, '10.00');
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const [store, reference] = [i % 2 ? one : other, `inv-${i % 3}`];
        const outcome = i % 4 < 2 ? deposit(store, from, reference) : transfer(store, from, to, reference);
        return `${i % 4 < 2 ? 'deposit' : 'transfer'} ${reference}: ${verdict(await outcome)}`;
      }),
    );
    const counts = Map.groupBy(outcomes, (text) => text);
    for (const kind of ['deposit', 'transfer']) {
      for (const reference of ['inv-0', 'inv-1', 'inv-2']) {
        expect(counts.get(`${kind} ${reference}: accepted`)?.length).toBe(1);
        expect(counts.get(`${kind} ${reference}: reference_used`)?.length).toBe(9);
      }
    }
  });

  it('name the movement that took them, also in another process and another region', async () => {
    const store = await log.open();
    await store.openWallet('mover');
    const first = `m-${ids}`;
    expect(verdict(await deposit(store, 'mover', 'inv-1'))).toBe('accepted');
    await store.rehome('mover', 'north');
    const { result } = await deposit(await log.open(), 'mover', 'inv-1');
    const details = { walletId: 'mover', reference: 'inv-1', movementId: first };
    expect(result).toMatchObject({ kind: 'rejected', code: 'reference_used', details });
    expect(verdict(await deposit(store, 'mover', 'inv-2'))).toBe('accepted');
  });

  it('cost no read of facts where they are not declared', async () => {
    const { store, sent } = await disturbedStore(log);
    await store.openWallet('plain');
    await store.execute({
      ...{ type: 'Deposit', walletId: 'plain', movementId: 'm', amount: eur('1.00') },
      details: { reference: 'inv-1' },
    });
    expect(sent.some(({ text }) => text.includes('wallet_facts'))).toBe(false);
    expect(await log.count('wallet_facts', `wallet_id = 'plain'`)).toBe(0);
  });

  it('are found by doctor where a fact is gone', async () => {
    expect(await patient.findings()).toEqual([]);
    await patient.spoil(`DELETE FROM wallet_facts WHERE wallet_id = 'mover' AND key = 'reference:deposit inv-2'`);
    expect(await patient.findings()).toEqual(['fact_is_said mover 4']);
  });
});
