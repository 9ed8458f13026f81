import { currency, Money } from '@tidemark/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALICE,
  asset,
  deposit,
  deposited,
  eur,
  FEES,
  given,
  leg,
  of,
  opened,
  received,
  sent,
  transfer,
  withdraw,
  withdrawn,
} from '../given-when-then.js';
import { WalletClosed } from '../life/close.js';
import { WalletFrozen } from '../life/freeze.js';
import { WithdrawalAnnounced } from '../pending/announce.js';
import { CURRENCIES_MAX } from '../room.js';
import { CounterpartReversed, MovementReversed, reverseMovement } from '../reversal/reverse-movement.js';
import { requestText } from '../request-text.js';
import { FeeCharged, feeIdOf, FeeReceived, FEES_TOLD } from './charge-fee.js';
import { feeFor, feeScheduleOf, type StoredFeeSchedule } from './fee-schedule.js';

const BOB = 'bob';
/** Gets every fee (`FEES`). */
const HOUSE = 'c';
const details = { reference: 'inv-7' };
const ten = [opened, deposited('10.00')];
const house = of(HOUSE, opened);
const bob = of(BOB, opened);
const by = (schedule: string, movementId: string) => ({
  ...{ feeId: feeIdOf(movementId), movementId, schedule, scheduleVersion: 3 },
});
const charged = (schedule: string, amount: string, movementId = 't1', said = {}) =>
  FeeCharged({ ...by(schedule, movementId), to: HOUSE, amount: eur(amount), details: said });
const got = (schedule: string, amount: string, movementId = 't1', said = {}, from = ALICE) =>
  of(HOUSE, FeeReceived({ ...by(schedule, movementId), from, amount: eur(amount), details: said }));
const noFunds = (requested: string, available: string) => ({
  ...{ walletId: ALICE, requested: eur(requested), available: eur(available), overdraftLimit: eur('0.00') },
});
const full = Array.from({ length: CURRENCIES_MAX }, (_, n) => deposited(asset(n)));
const pay = (amount: string | Money, fee: string, to = BOB) => transfer([leg(ALICE, to, amount)], { fee });

describe('a fee on top', () => {
  it('of a transfer is paid besides the amount', () =>
    given(...ten, bob, house)
      .when(pay('5.00', 'flat'))
      .thenAccepted(sent(BOB, '5.00'), of(BOB, received(ALICE, '5.00')), charged('flat', '0.25'), got('flat', '0.25')));
  it('of a withdrawal is paid besides the amount', () =>
    given(...ten, house)
      .when(withdraw('9.75', { fee: 'flat' }))
      .thenAccepted(withdrawn('9.75'), charged('flat', '0.25', 'w1'), got('flat', '0.25', 'w1')));
  it('of a deposit is brought in with the amount, which is left', () =>
    given(opened, house)
      .when(deposit('5.00', { fee: 'flat' }))
      .thenAccepted(deposited('5.25'), charged('flat', '0.25', 'd1'), got('flat', '0.25', 'd1')));
});

describe('a fee inside', () => {
  it('of a transfer is taken out of what is sent', () =>
    given(...ten, bob, house)
      .when(pay('10.00', 'tenth-inside'))
      .thenAccepted(
        sent(BOB, '9.00'),
        of(BOB, received(ALICE, '9.00')),
        charged('tenth-inside', '1.00'),
        got('tenth-inside', '1.00'),
      ));
  it('of a withdrawal is taken out of what goes', () =>
    given(...ten, house)
      .when(withdraw('10.00', { fee: 'tenth-inside' }))
      .thenAccepted(withdrawn('9.00'), charged('tenth-inside', '1.00', 'w1'), got('tenth-inside', '1.00', 'w1')));
  it('of a deposit is taken out of what came', () =>
    given(opened, house)
      .when(deposit('10.00', { fee: 'tenth-inside' }))
      .thenAccepted(deposited('10.00'), charged('tenth-inside', '1.00', 'd1'), got('tenth-inside', '1.00', 'd1')));
});

describe('a fee', () => {
  it('has the details of its movement, so that it counts on the same day', () =>
    given(opened, house)
      .when(deposit('5.00', { fee: 'flat', details }))
      .thenAccepted(
        { ...deposited('5.25'), details } as ReturnType<typeof deposited>,
        charged('flat', '0.25', 'd1', details),
        got('flat', '0.25', 'd1', details),
      ));
  it('of nothing writes no event', () =>
    given(...ten, bob, house)
      .when(pay('0.50', 'tiered'))
      .thenAccepted(sent(BOB, '0.50'), of(BOB, received(ALICE, '0.50'))));
  it('of each leg is decided on what the legs before it left', () => {
    given(opened, deposited('2.50'), bob, house)
      .when(transfer([leg(ALICE, BOB, '1.00'), leg(ALICE, BOB, '1.00')], { fee: 'flat' }))
      .thenAccepted(
        ...[sent(BOB, '1.00'), of(BOB, received(ALICE, '1.00')), charged('flat', '0.25'), got('flat', '0.25')],
        ...[sent(BOB, '1.00'), of(BOB, received(ALICE, '1.00')), charged('flat', '0.25'), got('flat', '0.25')],
      );
    given(opened, deposited('2.49'), bob, house)
      .when(transfer([leg(ALICE, BOB, '1.00'), leg(ALICE, BOB, '1.00')], { fee: 'flat' }))
      .thenRejected('insufficient_funds', noFunds('0.25', '0.24'));
  });
  it('is paid by a receiver that is the fee wallet too', () =>
    given(...ten, house)
      .when(pay('5.00', 'flat', HOUSE))
      .thenAccepted(
        sent(HOUSE, '5.00'),
        of(HOUSE, received(ALICE, '5.00')),
        charged('flat', '0.25'),
        got('flat', '0.25'),
      ));
  it('is a movement of its own, which is reversed by its id', () =>
    given(...ten, house, sent(BOB, '5.00'), charged('flat', '0.25', 'tr_9'), got('flat', '0.25', 'tr_9'))
      .when(reverseMovement({ walletId: ALICE, movementId: 'fe_9', reversalId: 'r1', details: {} }))
      .thenAccepted(
        MovementReversed({
          ...{ reversalId: 'r1', movementId: 'fe_9', direction: 'in', amount: eur('0.25'), reversed: '0.25' },
          ...{ details: {}, counterparty: HOUSE },
        }),
        of(
          HOUSE,
          CounterpartReversed({
            ...{ reversalId: 'r1', movementId: 'fe_9', direction: 'out', amount: eur('0.25'), reversed: '0.25' },
            ...{ details: {}, counterparty: ALICE },
          }),
        ),
      ));
  it('is part of the request by its name alone', () => {
    const text = '{"type":"Deposit","walletId":"alice","amount":["5.00","EUR"]';
    expect(requestText(deposit('5.00'))).toBe(`${text}}`);
    expect(requestText(deposit('5.00', { fee: 'flat', schedule: FEES.get('flat')! }))).toBe(`${text},"fee":"flat"}`);
  });
  it('is told in the answer', () => {
    const fee = { feeId: 'fe_1', schedule: 'flat', version: 3, amount: '0.25', currency: 'EUR' };
    const events = [{ walletId: ALICE, event: charged('flat', '0.25', 'tr_1') }, ...got('flat', '0.25', 'tr_1')];
    expect(FEES_TOLD.of(events)).toEqual({ fees: [fee] });
    expect(FEES_TOLD.of([{ walletId: ALICE, event: deposited('1.00') }])).toBeUndefined();
  });
});

// Each line takes away the reason of the line before it, so the order of the rules is this one.
describe('a movement with a fee is refused, in this order', () => {
  const out = (fee: string) => withdraw('5.00', { fee, pending: true });
  it('amount_not_positive', () =>
    given(opened)
      .when(withdraw('0.00', { fee: 'unknown', pending: true }))
      .thenRejected('amount_not_positive', { amount: eur('0.00') }));
  it('fee_needs_booking', () =>
    given(opened).when(out('unknown')).thenRejected('fee_needs_booking', { fee: 'unknown' }));
  it('fee_not_found', () =>
    given(opened)
      .when(withdraw('5.00', { fee: 'unknown', expiresAt: '2199-01-01T00:00:00.000Z' }))
      .thenRejected('fee_not_found', { fee: 'unknown' }));
  it('fee_in_other_currency', () => {
    const amount = Money.of('5', currency('JPY', 0));
    given(opened)
      .when(withdraw(amount, { fee: 'flat', expiresAt: '2199-01-01T00:00:00.000Z' }))
      .thenRejected('fee_in_other_currency', { fee: 'flat', charges: 'EUR', amount });
  });
  it('fee_above_amount', () => {
    const why = { fee: 'tenth-inside', amount: eur('0.02'), charged: eur('0.02') };
    given(opened)
      .when(withdraw('0.02', { fee: 'tenth-inside', expiresAt: '2199-01-01T00:00:00.000Z' }))
      .thenRejected('fee_above_amount', why);
    given(...ten, house)
      .when(withdraw('0.03', { fee: 'tenth-inside' }))
      .thenAccepted(withdrawn('0.01'), charged('tenth-inside', '0.02', 'w1'), got('tenth-inside', '0.02', 'w1'));
  });
  it('expiry_needs_pending', () =>
    given(opened)
      .when(withdraw('5.00', { fee: 'flat', expiresAt: '2199-01-01T00:00:00.000Z' }))
      .thenRejected('expiry_needs_pending', { expiresAt: '2199-01-01T00:00:00.000Z' }));
  it('what the movement itself is refused with', () =>
    given(opened)
      .when(withdraw('5.00', { fee: 'flat' }))
      .thenRejected('insufficient_funds', noFunds('5.00', '0.00')));
  it('wallet_not_found of the fee wallet', () =>
    given(opened, deposited('5.00'))
      .when(withdraw('5.00', { fee: 'flat' }))
      .thenRejected('wallet_not_found', { walletId: HOUSE }));
  it('same_wallet', () =>
    given(of(HOUSE, opened, deposited('5.00')))
      .when(withdraw('5.00', { walletId: HOUSE, fee: 'flat' }))
      .thenRejected('same_wallet', { walletId: HOUSE }));
  it('wallet_closed of the fee wallet', () =>
    given(opened, deposited('5.00'), of(HOUSE, opened, WalletClosed({})))
      .when(withdraw('5.00', { fee: 'flat' }))
      .thenRejected('wallet_closed', { walletId: HOUSE }));
  it('wallet_frozen of the fee wallet', () =>
    given(opened, deposited('5.00'), of(HOUSE, opened, WalletFrozen({ direction: 'credits' })))
      .when(withdraw('5.00', { fee: 'flat' }))
      .thenRejected('wallet_frozen', { walletId: HOUSE, frozen: ['credits'] }));
  it('too_many_currencies of the fee wallet', () =>
    given(opened, deposited('5.00'), of(HOUSE, opened, ...full))
      .when(withdraw('5.00', { fee: 'flat' }))
      .thenRejected('too_many_currencies', { walletId: HOUSE, currenciesMax: CURRENCIES_MAX }));
  it('wallet_frozen of the payer', () =>
    given(opened, WalletFrozen({ direction: 'debits' }), house)
      .when(deposit('5.00', { fee: 'flat' }))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits'] }));
  it('insufficient_funds for the fee, of what the movement leaves', () => {
    given(opened, deposited('5.24'), house)
      .when(withdraw('5.00', { fee: 'flat' }))
      .thenRejected('insufficient_funds', noFunds('0.25', '0.24'));
    given(opened, deposited('5.24'), bob, house)
      .when(pay('5.00', 'flat'))
      .thenRejected('insufficient_funds', noFunds('0.25', '0.24'));
    const reserved = WithdrawalAnnounced({ movementId: 'x', amount: eur('5.50'), details: {} });
    given(opened, deposited('5.25'), reserved, withdrawn('5.00', 'unlimited'), house)
      .when(deposit('5.00', { fee: 'flat' }))
      .thenRejected('insufficient_funds', noFunds('0.25', '0.00'));
  });
  it('a transfer: its own reasons before those of the fee', () => {
    given(...ten)
      .when(pay('5.00', 'unknown', 'nobody'))
      .thenRejected('wallet_not_found', { walletId: 'nobody' });
    given(...ten, bob)
      .when(pay('0.00', 'unknown'))
      .thenRejected('amount_not_positive', { amount: eur('0.00') });
    given(opened, bob).when(pay('5.00', 'unknown')).thenRejected('fee_not_found', { fee: 'unknown' });
    given(opened, bob).when(pay('5.00', 'flat')).thenRejected('insufficient_funds', noFunds('5.00', '0.00'));
    given(...ten, bob)
      .when(pay('5.00', 'flat'))
      .thenRejected('wallet_not_found', { walletId: HOUSE });
  });
});

describe('feeFor', () => {
  const of = (stored: Partial<StoredFeeSchedule>, amount: string) =>
    feeFor(
      feeScheduleOf('s', 1, { feeWallet: 'f', mode: 'on_top', currency: 'EUR', ...stored }),
      eur(amount),
    ).toString();

  it.each([
    [{ fixed: '0.30' }, '100.00', '0.30'],
    [{ percent: '1.5' }, '100.00', '1.50'],
    [{ percent: '0' }, '100.00', '0.00'],
    [{ percent: '100' }, '0.01', '0.01'],
    [{ percent: '2.9', fixed: '0.30' }, '10.00', '0.59'],
    // Half-even: 0.005 and 0.015, 0.025 each lie between two cents.
    [{ percent: '50' }, '0.01', '0.00'],
    [{ percent: '50' }, '0.03', '0.02'],
    [{ percent: '50' }, '0.05', '0.02'],
    [{ percent: '33.333333333333333333' }, '0.03', '0.01'],
    [{ percent: '1', minimum: '0.50' }, '49.99', '0.50'],
    [{ percent: '1', minimum: '0.50' }, '51.00', '0.51'],
    [{ percent: '1', maximum: '2.00' }, '199.00', '1.99'],
    [{ percent: '1', maximum: '2.00' }, '201.00', '2.00'],
  ])('%j of %s is %s', (stored, amount, fee) => expect(of(stored, amount)).toBe(fee));

  const tiers = [
    { from: '10.00', fixed: '0.10' },
    { from: '100.00', percent: '1' },
    { from: '1000.00', fixed: '5.00', percent: '0.1' },
  ];
  it.each([
    ['9.99', '0.00'],
    ['10.00', '0.10'],
    ['99.99', '0.10'],
    ['100.00', '1.00'],
    ['999.99', '10.00'],
    ['1000.00', '6.00'],
  ])('tiers price the whole of %s at %s', (amount, fee) => expect(of({ tiers }, amount)).toBe(fee));
  it('a minimum holds below the first tier too', () => expect(of({ tiers, minimum: '0.05' }, '1.00')).toBe('0.05'));

  it('is within its bounds and at most half a minor unit from the exact percentage', () => {
    const cents = fc.bigInt({ min: 1n, max: 10n ** 30n });
    const text = (units: bigint) => {
      const digits = units.toString().padStart(3, '0');
      return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
    };
    fc.assert(
      fc.property(cents, fc.bigInt({ min: 0n, max: 10_000n }), (units, basisPoints) => {
        const fee = BigInt(of({ percent: text(basisPoints) }, text(units)).replace('.', ''));
        const apart = fee * 10_000n - units * basisPoints;
        expect(apart <= 5_000n && apart >= -5_000n).toBe(true);
      }),
    );
  });
});
