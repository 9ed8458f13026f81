import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eur, verdict, type TestStore } from '../log/log-fixture.js';
import { Patient } from './patient.js';

describe.each(engines)('accounts of the outside, as doctor sees them, on $engine', (engine) => {
  let patient: Patient;
  let store: TestStore;
  const define = (name: string) =>
    patient.spoil(`INSERT INTO outside_accounts (name, description) VALUES ($1, '')`, name);

  beforeAll(async () => {
    patient = await Patient.create(engine);
    store = await patient.log.open();
    for (const name of ['bank-a', 'bank-b']) await define(name);
    await store.openWallet('w');
    await store.deposit('w', '10.00');
    for (const source of ['bank-a', 'bank-b']) {
      const command = {
        type: 'Deposit',
        walletId: 'w',
        movementId: `m-${source}`,
        amount: eur('1.00'),
        details: {},
      } as const;
      expect(verdict(await store.execute({ ...command, source }))).toBe('accepted');
    }
  });
  afterAll(() => patient.close());

  it('are right where each was defined', async () => {
    expect(await patient.findings()).toEqual([]);
  });

  it('are missed', async () => {
    await patient.spoil(`DELETE FROM outside_accounts WHERE name = 'bank-b'`);
    expect(await patient.findings()).toEqual(['account_defined w 4']);
    await define('bank-b');
    expect(await patient.findings()).toEqual([]);
  });
});
