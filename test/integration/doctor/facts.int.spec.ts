import { MovementFinder } from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eur, verdict, type TestStore } from '../log/log-fixture.js';
import { Patient } from './patient.js';

describe.each(engines)('facts, as doctor sees them, on $engine', (engine) => {
  let patient: Patient;
  let store: TestStore;
  beforeAll(async () => {
    patient = await Patient.create(engine);
    store = await patient.log.open();
    const finder = new MovementFinder(await patient.log.connectApi(), ['local']);
    await store.openWallet('w');
    await store.deposit('w', '10.00');
    for (const amount of ['1.00', '2.00']) {
      const original = await finder.find({ walletId: 'w', movementId: 'm' });
      const ids = { walletId: 'w', movementId: 'm', reversalId: `r-${amount}` };
      const outcome = await store.execute({
        ...{ type: 'ReverseMovement', ...ids, original, details: {}, amount: eur(amount) },
      });
      expect(verdict(outcome)).toBe('accepted');
    }
  });
  afterAll(() => patient.close());

  const fact = (set: string) => patient.spoil(`UPDATE wallet_facts SET ${set} WHERE wallet_id = 'w'`);
  const value = '{"amount":"3.00"}';

  it('are correct after commands', async () => {
    expect(await patient.findings()).toEqual([]);
  });

  it.each([
    ['another value', `value = '{"amount":"0.00"}'`, ['fact_is_said w 4']],
    ['the value of an earlier event', `version = 3, value = '{"amount":"1.00"}'`, ['fact_is_said w 4']],
    ['another key', `key = 'reversed:other'`, ['fact_is_said w 3', 'fact_is_said w 4']],
  ])('are found with %s', async (_, spoilt, found) => {
    await fact(spoilt);
    expect(await patient.findings()).toEqual(found);
    await fact(`version = 4, key = 'reversed:m  EUR', value = '${value}'`);
    expect(await patient.findings()).toEqual([]);
  });

  it('are reported if they are missing', async () => {
    await patient.spoil(`DELETE FROM wallet_facts WHERE wallet_id = 'w'`);
    expect(await patient.findings()).toEqual(['fact_is_said w 3', 'fact_is_said w 4']);
  });
});
