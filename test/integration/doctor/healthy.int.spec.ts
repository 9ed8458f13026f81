import { NothingToExamine } from '@tidemark/doctor';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eur, type TestStore } from '../log/log-fixture.js';
import { Patient, writePair } from './patient.js';

/** More than doctor has in memory at once, so that the wallet is read in several slices. */
const LONG_WALLET_EVENTS = 9_000;

describe.each(engines)('a healthy log on $engine', (engine) => {
  let patient: Patient;
  let store: TestStore;

  beforeAll(async () => {
    patient = await Patient.create(engine);
    store = await patient.log.open({ limits: { snapshotEvery: 50 } });
    await writePair(store, 'a', 'b');
  });
  afterAll(() => patient.close());

  const legs = (...pairs: readonly [from: string, to: string, amount: string][]) =>
    store.execute({
      ...{ type: 'Transfer', transferId: `t-${Math.random()}`, details: {} },
      legs: pairs.map(([from, to, amount]) => ({ from, to, amount: eur(amount) })) as never,
    });

  it('has no findings for transfers of many legs, also with several sources', async () => {
    for (const walletId of ['l1', 'l2', 'l3', 'l4']) {
      await store.openWallet(walletId);
      await store.deposit(walletId, '50.00');
    }
    await legs(['l1', 'l2', '1.00'], ['l1', 'l3', '2.00'], ['l1', 'l4', '3.00']);
    await legs(['l1', 'l2', '1.00'], ['l3', 'l4', '2.00'], ['l2', 'l1', '5.00']);
    await legs(['l1', 'l2', '4.00'], ['l1', 'l2', '4.00'], ['l1', 'l2', '1.00']);
    await Promise.all([
      legs(['l4', 'l3', '1.00'], ['l2', 'l1', '1.00']),
      legs(['l2', 'l1', '1.00'], ['l4', 'l3', '1.00']),
      store.transfer('l1', 'l4', '999.00'),
      store.deposit('l2', '1.00', 'same'),
      store.deposit('l3', '1.00', 'same'),
      store.deposit('l3', '1.00', 'same'),
    ]);
    expect(await patient.findings()).toEqual([]);
  });

  it('has no findings for history that was imported below a limit, or for a lowered limit', async () => {
    await store.openWallet('below');
    const withdraw = {
      type: 'Withdraw',
      walletId: 'below',
      movementId: 'm',
      amount: eur('5.00'),
      details: {},
    } as const;
    await store.execute({ ...withdraw, overdraft: 'unlimited' });
    await store.execute({ type: 'ChangeOverdraftLimit', walletId: 'below', limit: eur('9.00') });
    await store.withdraw('below', '4.00');
    await store.execute({ type: 'ChangeOverdraftLimit', walletId: 'below', limit: eur('1.00') });
    await store.deposit('below', '1.00');
    expect(await patient.findings({ walletId: 'below' })).toEqual([]);
  });

  it('has no findings for wallets that moved, and moved back', async () => {
    for (const walletId of ['m1', 'm2', 'm3']) {
      await store.openWallet(walletId, undefined, 'west');
      await store.deposit(walletId, '50.00', `${walletId}-d`);
      await store.withdraw(walletId, '99.00', `${walletId}-w`);
    }
    await store.rehome('m1', 'east');
    await store.transfer('m1', 'm2', '5.00');
    await store.transfer('m2', 'm1', '1.00');
    await store.rehome('m2', 'north');
    await store.deposit('m2', '1.00');
    await store.rehome('m2', 'west');
    await store.transfer('m2', 'm1', '2.00');
    await store.rehome('m3', 'east'); // without an event there yet
    for (let i = 0; i < 60; i++) await store.deposit('m1', '0.01');
    expect(await patient.findings()).toEqual([]);
    for (const region of ['west', 'east', 'north', 'local']) expect(await patient.findings({ region })).toEqual([]);
    for (const walletId of ['m1', 'm2', 'm3']) expect(await patient.findings({ walletId })).toEqual([]);
    const { checked } = await patient.examine({ region: 'west' });
    expect(checked.wallets).toBe(3); // those that were opened there, in any region now
  });

  it('has no findings for a wallet longer than a page', async () => {
    await store.openWallet('long');
    await Promise.all(Array.from({ length: LONG_WALLET_EVENTS - 1 }, () => store.deposit('long', '0.01')));
    const { checked, findings } = await patient.examine({ walletId: 'long' });
    expect({ checked, findings }).toEqual({ checked: { events: LONG_WALLET_EVENTS, wallets: 1 }, findings: [] });
    expect(await patient.findings()).toEqual([]);
  });

  it('passes every event once to external checks: each wallet in order, and then its end', async () => {
    const versions = new Map<string, number>();
    const ended: string[] = [];
    const { checked } = await patient.examine({
      checks: [
        {
          name: 'in_order',
          check({ slices }) {
            for (const { walletId, events, last, before } of slices) {
              expect(ended).not.toContain(walletId);
              expect(before?.version ?? 0).toBe(versions.get(walletId) ?? 0);
              for (const { recorded, after } of events) {
                expect(recorded.version).toBe((versions.get(walletId) ?? 0) + 1);
                expect(after?.version).toBe(recorded.version);
                versions.set(walletId, recorded.version);
              }
              if (last) ended.push(walletId);
            }
          },
        },
      ],
    });
    expect(new Set(ended).size).toBe(ended.length);
    expect(ended.length).toBe(checked.wallets);
    expect([...versions.values()].reduce((all, each) => all + each, 0)).toBe(checked.events);
  });

  it('still gives the exact finding in a long wallet', async () => {
    await patient.spoil(`DELETE FROM wallet_events WHERE wallet_id = 'long' AND version = 4500`);
    const expected = ['commits_agree', 'outcome_agrees', 'versions_contiguous'].map((each) => `${each} long 4500`);
    expect(await patient.findings()).toEqual(expected);
    expect(await patient.findings({ walletId: 'long' })).toEqual(expected);
  });

  it('can be stopped', async () => {
    const stop = new AbortController();
    const examined = patient.examine({ signal: stop.signal, progress: () => stop.abort() });
    await expect(examined).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('refuses wallets and regions that do not exist', async () => {
    await expect(patient.examine({ walletId: 'nobody' })).rejects.toThrow(NothingToExamine);
    await expect(patient.examine({ region: 'nowhere' })).rejects.toThrow('there is no region "nowhere": there are');
  });
});

describe.each(engines)('wallets that moved, spoilt, on $engine', (engine) => {
  let patient: Patient;

  beforeAll(async () => {
    patient = await Patient.create(engine);
    const store = await patient.log.open();
    for (const walletId of ['m1', 'm2', 'm3', 'm4', 'm5']) {
      await store.openWallet(walletId, undefined, 'west');
      await store.deposit(walletId, '50.00', 'd');
      await store.withdraw(walletId, '99.00', 'w');
      await store.rehome(walletId, 'east', 'r');
      await store.deposit(walletId, '1.00', 'e');
      await store.deposit(walletId, '1.00', 'f');
    }
  });
  afterAll(() => patient.close());

  it.each([
    [
      'the event that moved it',
      `DELETE FROM wallet_events WHERE wallet_id = 'm1' AND version = 3`,
      [
        'commits_agree m1 3',
        'outcome_agrees m1 3',
        'versions_contiguous m1 2', // the directory has a move that the log does not have
        'versions_contiguous m1 3',
      ],
    ],
    ['its directory row', `DELETE FROM wallets WHERE wallet_id = 'm2'`, ['versions_contiguous m2 5']],
    [
      'the list of its former regions',
      `UPDATE wallets SET former_regions = ARRAY[]::text[] WHERE wallet_id = 'm3'`,
      ['versions_contiguous m3 5'],
    ],
    [
      'an outcome that moved with it',
      `DELETE FROM command_outcomes WHERE wallet_id = 'm4' AND region = 'east' AND idempotency_key = 'w'`,
      ['outcome_present m4 0'],
    ],
    [
      'its first events',
      `DELETE FROM wallet_events WHERE wallet_id = 'm5' AND version < 3`,
      [
        ...['commits_agree m5 1', 'commits_agree m5 2', 'outcome_agrees m5 1', 'outcome_agrees m5 2'],
        'versions_contiguous m5 1',
      ],
    ],
  ])('%s is missing', async (_what, sql, expected) => {
    const before = await patient.findings();
    await patient.spoil(sql);
    expect((await patient.findings()).filter((each) => !before.includes(each))).toEqual([...expected].sort());
  });
});
