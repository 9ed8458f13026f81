import { setTimeout as sleep } from 'node:timers/promises';
import { domainEvent, rowToEvent, EVENT_COLUMNS, type EventRow } from '@tidemark/event-store';
import { Money } from '@tidemark/money';
import { engines } from '@tidemark/testing';
import { encodeWallet, evolve, fundsOf, initialState, type Wallet } from '@tidemark/wallet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Patient } from '../doctor/patient.js';
import { EUR, eur, verdict, type TestStore } from './log-fixture.js';

const ROUNDS = 12;
const details = {};

const hold = (walletId: string, holdId: string, amount: string, expiresAt?: string) =>
  ({ type: 'PlaceHold', walletId, holdId, amount: eur(amount), details, ...(expiresAt && { expiresAt }) }) as const;
const capture = (walletId: string, holdId: string, more: { amount?: Money; to?: string; final?: true } = {}) =>
  ({ type: 'CaptureHold', walletId, holdId, captureId: 'cp_1', details, ...more }) as const;
const release = (walletId: string, holdId: string) => ({ type: 'VoidHold', walletId, holdId }) as const;
const announced = (type: 'Deposit' | 'Withdraw', walletId: string, movementId: string, amount: string) =>
  ({ type, walletId, movementId, amount: eur(amount), details, pending: true }) as const;
const settle = (type: 'SettleDeposit' | 'SettleWithdrawal', walletId: string, movementId: string) =>
  ({ type, walletId, movementId, details }) as const;
const fail = (type: 'FailDeposit' | 'FailWithdrawal', walletId: string, movementId: string) =>
  ({ type, walletId, movementId }) as const;

/** Two processes on one database. Each has the wallets in memory. */
describe.each(engines)('holds and pending movements on $engine', (engine) => {
  let patient: Patient;
  let stores: readonly [TestStore, TestStore];

  beforeAll(async () => {
    patient = await Patient.create(engine);
    stores = [await patient.log.open(), await patient.log.open()];
  });
  afterAll(() => patient.close());

  const eventsOf = async (walletId: string) => {
    const { rows } = await patient.log.owner.query<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM wallet_events e WHERE wallet_id = $1 ORDER BY version`,
      [walletId],
    );
    return rows
      .map((row) => rowToEvent(patient.log.owner.engine, row))
      .map((recorded) => ({ recorded, event: domainEvent(recorded) }));
  };
  const fold = (events: Awaited<ReturnType<typeof eventsOf>>): Wallet =>
    events.reduce((wallet, { recorded, event }) => evolve(wallet, event, recorded.recordedAt), initialState);
  const typesOf = async (walletId: string) => (await eventsOf(walletId)).map(({ event }) => event.type);
  const stateOf = async (walletId: string): Promise<Wallet> => fold(await eventsOf(walletId));
  const funded = async (walletId: string, amount = '10.00') => {
    await stores[0].openWallet(walletId);
    await stores[0].deposit(walletId, amount);
  };

  it.each([
    ['a capture and a void', 'hold', [capture, release]],
    ['two captures of all of it', 'hold', [capture, capture]],
    ['settling and failing a deposit', 'Deposit', [settle.bind(null, 'SettleDeposit'), fail.bind(null, 'FailDeposit')]],
    [
      'settling and failing a withdrawal',
      'Withdraw',
      [settle.bind(null, 'SettleWithdrawal'), fail.bind(null, 'FailWithdrawal')],
    ],
  ] as const)('%s: exactly one of them happens', async (what, kind, [one, other]) => {
    const walletId = `race-${what.replaceAll(' ', '-')}`;
    await funded(walletId);
    for (let round = 1; round <= ROUNDS; round++) {
      const id = `x_${round}`;
      const begun = kind === 'hold' ? hold(walletId, id, '0.10') : announced(kind, walletId, id, '0.10');
      expect(verdict(await stores[round % 2]!.execute(begun))).toBe('accepted');
      const outcomes = await Promise.all([
        stores[0].execute(one(walletId, id)),
        stores[1].execute(other(walletId, id)),
      ]);
      expect(outcomes.map(verdict).filter((each) => each === 'accepted')).toHaveLength(1);
    }
    expect(await typesOf(walletId)).toHaveLength(2 + 2 * ROUNDS);
    expect((await stateOf(walletId)).parts).toBeUndefined();
  });

  it('two processes capture parts of a hold until it is used up; a capture to a wallet may race with its closing', async () => {
    await funded('payer');
    for (const walletId of ['shop', 'closing']) await stores[0].openWallet(walletId);
    await stores[0].execute(hold('payer', 'h_1', '1.00'));
    const parts = Array.from({ length: 24 }, (_, i) => {
      const to = ['shop', 'closing', undefined][i % 3];
      return stores[i % 2]!.execute(capture('payer', 'h_1', { amount: eur('0.07'), ...(to && { to }) }));
    });
    const closed = stores[1].execute({ type: 'Close', walletId: 'closing' });
    const outcomes = await Promise.all(parts);
    await closed;
    const accepted = outcomes.filter((outcome) => verdict(outcome) === 'accepted').length;
    const { posted, held } = fundsOf(await stateOf('payer'), EUR, new Date().toISOString());
    expect(held.toString()).toBe(
      eur('1.00')
        .minus(Money.of((accepted * 0.07).toFixed(2), EUR))
        .toString(),
    );
    expect(posted.plus(eur((accepted * 0.07).toFixed(2))).toString()).toBe('10.00');
    expect(verdict(await stores[0].execute(capture('payer', 'h_1', { final: true })))).toBe('accepted');
    expect(verdict(await stores[1].execute(capture('payer', 'h_1')))).toBe('hold_not_open');
  });

  it('the available amount never falls below zero when several commands take money at once', async () => {
    await funded('spent', '1.00');
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => {
        const store = stores[i % 2]!;
        if (i % 4 === 0) return store.execute(hold('spent', `h_${i}`, '0.09'));
        if (i % 4 === 1) return store.withdraw('spent', '0.09');
        if (i % 4 === 2) return store.execute(announced('Withdraw', 'spent', `m_${i}`, '0.09'));
        return store.execute(capture('spent', `h_${i - 3}`));
      }),
    );
    let wallet: Wallet = initialState;
    for (const { recorded, event } of await eventsOf('spent')) {
      wallet = evolve(wallet, event, recorded.recordedAt);
      expect(fundsOf(wallet, EUR, recorded.recordedAt).available.isNegative()).toBe(false);
    }
    expect(fundsOf(wallet, EUR, new Date().toISOString()).available.toString()).toBe('0.01');
  });

  it('a hold can be captured until it expires and not later, from each process', async () => {
    await funded('late');
    const expiresAt = new Date(Date.now() + 400).toISOString();
    await stores[0].execute(hold('late', 'h_1', '9.00', expiresAt));
    for (let i = 0; Date.now() < Date.parse(expiresAt) + 50; i++) {
      await stores[i % 2]!.execute(capture('late', 'h_1', { amount: eur('0.01') }));
      await sleep(5);
    }
    const captures = (await eventsOf('late')).filter(({ event }) => event.type === 'HoldCaptured');
    expect(captures.length).toBeGreaterThan(0);
    expect(captures.every(({ recorded }) => recorded.recordedAt < expiresAt)).toBe(true);
    const left = eur('10.00').minus(eur((captures.length * 0.01).toFixed(2)));
    expect(verdict(await stores[1].withdraw('late', left.toString()))).toBe('accepted');
  });

  it('a repeat of a partial capture at the other process takes no money again', async () => {
    await funded('repeated');
    await stores[0].execute(hold('repeated', 'h_1', '1.00'));
    const command = capture('repeated', 'h_1', { amount: eur('0.40') });
    const outcomes = await Promise.all([0, 1, 0, 1].map((i) => stores[i]!.execute(command, 'same-key')));
    expect(outcomes.map(verdict)).toEqual(Array(4).fill('accepted'));
    expect(fundsOf(await stateOf('repeated'), EUR, '').held.toString()).toBe('0.60');
  });

  it('a wallet with a thousand holds is the same from the log, from its snapshot and in another process', async () => {
    const many = await patient.log.open({ limits: { snapshotEvery: 100 } });
    await many.openWallet('many');
    await many.deposit('many', '1000.00');
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => many.execute(hold('many', `h_${i}`, '1.00', i % 2 ? soon : undefined))),
    );
    expect(verdict(await many.execute(hold('many', 'h_more', '1.00')))).toBe('too_many_holds');
    await many.execute(capture('many', 'h_7', { amount: eur('0.25') }));
    await many.execute(announced('Deposit', 'many', 'm_1', '5.00'));
    await many.execute({ type: 'Freeze', walletId: 'many', direction: 'credits' });
    for (let i = 0; i < 95; i++) await many.execute(release('many', `h_${i * 2}`));
    await many.close();
    const { rows } = await patient.log.owner.query<{ version: string; state: string }>(
      `SELECT version, state FROM wallet_snapshots WHERE wallet_id = 'many'`,
    );
    const events = (await eventsOf('many')).slice(0, Number(rows[0]!.version));
    expect(rows[0]!.version).toBe('1100');
    expect(fold(events)).toMatchObject({ version: 1_100 });
    expect(rows[0]!.state).toBe(encodeWallet(fold(events)));
    const next = await patient.log.open();
    expect(verdict(await next.execute(capture('many', 'h_7')))).toBe('accepted');
    expect(verdict(await next.execute(release('many', 'h_0')))).toBe('hold_not_open');
  });

  it('doctor finds nothing wrong after these tests', async () => expect(await patient.findings()).toEqual([]));

  it('doctor finds a hold captured twice, and a capture above its hold', async () => {
    await funded('robbed');
    await stores[0].execute(hold('robbed', 'h_1', '2.00'));
    await stores[0].execute(capture('robbed', 'h_1', { amount: eur('1.50') }));
    await stores[0].execute(capture('robbed', 'h_1'));
    const spoil = (from: string, to: string) =>
      patient.spoil(
        `UPDATE wallet_events SET data = replace(data, '${from}', '${to}') WHERE wallet_id = 'robbed' AND version = 3`,
      );
    const limits = async () =>
      (await patient.findings({ walletId: 'robbed' })).filter((finding) => finding.startsWith('within_limits'));
    await spoil('2.00', '1.00');
    expect(await limits()).toEqual(['within_limits robbed 4', 'within_limits robbed 5']);
    await spoil('1.00', '1.60');
    expect(await limits()).toEqual(['within_limits robbed 5']);
  });
});
