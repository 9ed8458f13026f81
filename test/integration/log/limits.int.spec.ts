import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Patient } from '../doctor/patient.js';
import { eur, verdict, type TestStore } from './log-fixture.js';

const COMMANDS = 30;
const ALLOWED = 7;

/** Two processes on one database. Each has the wallets in memory, and what is used of their limits. */
describe.each(engines)('limits on $engine', (engine) => {
  let patient: Patient;
  let stores: readonly [TestStore, TestStore];

  beforeAll(async () => {
    patient = await Patient.create(engine);
    stores = [await patient.log.open(), await patient.log.open()];
  });
  afterAll(() => patient.close());

  const limited = async (walletId: string, rule: object) => {
    await stores[0].openWallet(walletId);
    await stores[0].deposit(walletId, '100.00');
    const command = { type: 'SetLimit', walletId, name: 'l1', ...rule } as const;
    expect(verdict(await stores[1].execute(command as never))).toBe('accepted');
  };
  const spentBy = async (walletId: string, store: (i: number) => TestStore) => {
    const outcomes = await Promise.all(
      Array.from({ length: COMMANDS }, (_, i) => store(i).withdraw(walletId, '1.00').then(verdict)),
    );
    return outcomes.filter((outcome) => outcome !== 'limit_exceeded');
  };

  it.each([
    ['an amount', { per: 'month', direction: 'out', amount: eur(`${ALLOWED}.50`), zone: 'Europe/Prague' }],
    ['a number', { per: 'month', direction: 'out', count: ALLOWED }],
    ['a number in a rolling window', { per: 'month', direction: 'out', rolling: true, count: ALLOWED }],
  ])('of %s hold whatever two processes do at once', async (what, rule) => {
    const walletId = `race-${what.replaceAll(' ', '-')}`;
    await limited(walletId, rule);
    const accepted = await spentBy(walletId, (i) => stores[i % 2]!);
    expect(accepted).toEqual(Array.from({ length: ALLOWED }, () => 'accepted'));
    // A process that reads the wallet from the log counts what the others counted.
    const next = await patient.log.open();
    expect(verdict(await next.withdraw(walletId, '1.00'))).toBe('limit_exceeded');
    expect(await patient.findings()).toEqual([]);
  });
});
