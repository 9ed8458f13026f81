import { describe, expect, it } from 'vitest';
import type { WalletEvent } from '../declared.js';
import { currenciesIn, fundsOf } from '../funds.js';
import {
  ALICE,
  deposit,
  deposited,
  EUR,
  eur,
  given,
  NOW,
  opened,
  withdraw,
  withdrawn,
  fold,
} from '../given-when-then.js';
import { close } from '../life/close.js';
import { WalletFrozen } from '../life/freeze.js';
import { decodeWallet, encodeWallet } from '../state.codec.js';
import { DepositAnnounced, WithdrawalAnnounced } from './announce.js';
import { PENDING_MAX } from './pending-part.js';
import {
  expireMovement,
  failDeposit,
  failWithdrawal,
  MovementExpired,
  MovementFailed,
  MovementSettled,
  settleDeposit,
  settleWithdrawal,
} from './settle.js';

const SOON = '2026-01-02T03:05:00.000Z';
const details = { reference: 'bank-7' };
const announcedIn = (amount: string, more: { movementId?: string; expiresAt?: string } = {}) =>
  DepositAnnounced({ movementId: 'd1', amount: eur(amount), details: {}, ...more });
const announcedOut = (amount: string, more: { expiresAt?: string } = {}) =>
  WithdrawalAnnounced({ movementId: 'w1', amount: eur(amount), details: {}, ...more });
const settledIn = (amount: string) =>
  MovementSettled({ movementId: 'd1', direction: 'in', amount: eur(amount), details: {} });
const settledOut = (amount: string) =>
  MovementSettled({ movementId: 'w1', direction: 'out', amount: eur(amount), details: {} });
const amountOf = (amount?: string) => (amount === undefined ? {} : { amount: eur(amount) });
const settleIn = (amount?: string) =>
  settleDeposit({ walletId: ALICE, movementId: 'd1', details: {}, ...amountOf(amount) });
const settleOut = (amount?: string) =>
  settleWithdrawal({ walletId: ALICE, movementId: 'w1', details: {}, ...amountOf(amount) });
const pendingDeposit = (amount: string, more: { expiresAt?: string } = {}) =>
  deposit(amount, { pending: true, ...more });
const pendingWithdrawal = (amount: string, more = {}) => withdraw(amount, { pending: true, ...more });
const notPending = (movementId: string) => ({ walletId: ALICE, movementId });
const noFunds = (requested: string, available: string) => ({
  ...{ walletId: ALICE, requested: eur(requested), available: eur(available), overdraftLimit: eur('0.00') },
});
const ten = [opened, deposited('10.00')];
const fundsAfter = (now: string, ...events: readonly WalletEvent[]) => {
  const { posted, pendingIn, pendingOut, available } = fundsOf(fold(events), EUR, now);
  return [posted, pendingIn, pendingOut, available].map(String);
};

describe('a pending deposit', () => {
  it('shows, and cannot be spent', () => {
    given(opened).when(pendingDeposit('5.00')).thenAccepted(announcedIn('5.00'));
    expect(fundsAfter(NOW, opened, announcedIn('5.00'))).toEqual(['0.00', '5.00', '0.00', '0.00']);
    given(opened, announcedIn('5.00'))
      .when(withdraw('0.01'))
      .thenRejected('insufficient_funds', noFunds('0.01', '0.00'));
  });
  it('settled: is booked, as announced or as another amount', () => {
    given(opened, announcedIn('5.00')).when(settleIn()).thenAccepted(settledIn('5.00'));
    given(opened, announcedIn('5.00')).when(settleIn('4.50')).thenAccepted(settledIn('4.50'));
    given(opened, announcedIn('5.00')).when(settleIn('10.00')).thenAccepted(settledIn('10.00'));
    expect(fundsAfter(NOW, opened, announcedIn('5.00'), settledIn('4.50'))).toEqual(['4.50', '0.00', '0.00', '4.50']);
  });
  it('settled: at most twice as much', () =>
    given(opened, announcedIn('5.00'))
      .when(settleIn('10.01'))
      .thenRejected('settled_out_of_bounds', { ...notPending('d1'), requested: eur('10.01'), announced: eur('5.00') }));
  it('keeps what was said of it, and takes what is said at the end', () =>
    given(opened, DepositAnnounced({ movementId: 'd1', amount: eur('5.00'), details }))
      .when(settleDeposit({ walletId: ALICE, movementId: 'd1', details: { description: 'SEPA' } }))
      .thenAccepted(
        MovementSettled({
          ...{ movementId: 'd1', direction: 'in', amount: eur('5.00') },
          details: { reference: 'bank-7', description: 'SEPA' },
        }),
      ));
  it('frozen: cannot be announced, but is settled, for the money has come', () => {
    const frozen = WalletFrozen({ direction: 'credits' });
    given(opened, frozen)
      .when(pendingDeposit('5.00'))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['credits'] });
    given(opened, announcedIn('5.00'), frozen).when(settleIn()).thenAccepted(settledIn('5.00'));
  });
});

describe('a pending withdrawal', () => {
  it('reserves', () => {
    given(...ten)
      .when(pendingWithdrawal('6.00'))
      .thenAccepted(announcedOut('6.00'));
    expect(fundsAfter(NOW, ...ten, announcedOut('6.00'))).toEqual(['10.00', '0.00', '6.00', '4.00']);
    given(...ten, announcedOut('6.00'))
      .when(withdraw('4.01'))
      .thenRejected('insufficient_funds', noFunds('4.01', '4.00'));
  });
  it('not more than is there', () =>
    given(...ten)
      .when(pendingWithdrawal('10.01'))
      .thenRejected('insufficient_funds', noFunds('10.01', '10.00')));
  it('settled: is booked; for more only as far as funds go', () => {
    given(...ten, announcedOut('6.00'))
      .when(settleOut())
      .thenAccepted(settledOut('6.00'));
    given(...ten, announcedOut('6.00'))
      .when(settleOut('10.00'))
      .thenAccepted(settledOut('10.00'));
    given(...ten, announcedOut('6.00'))
      .when(settleOut('10.01'))
      .thenRejected('insufficient_funds', noFunds('4.01', '4.00'));
  });
  it('failed: gives the money back', () => {
    given(...ten, announcedOut('6.00'))
      .when(failWithdrawal({ walletId: ALICE, movementId: 'w1', reason: 'account closed' }))
      .thenAccepted(MovementFailed({ movementId: 'w1', direction: 'out', reason: 'account closed' }));
    const failed = MovementFailed({ movementId: 'w1', direction: 'out' });
    expect(fundsAfter(NOW, ...ten, announcedOut('6.00'), failed)).toEqual(['10.00', '0.00', '0.00', '10.00']);
  });
});

describe('a movement that is over', () => {
  const overs: [string, readonly WalletEvent[], string][] = [
    ['settled', [announcedIn('5.00'), settledIn('5.00')], NOW],
    ['failed', [announcedIn('5.00'), MovementFailed({ movementId: 'd1', direction: 'in' })], NOW],
    ['expired, not written down', [announcedIn('5.00', { expiresAt: SOON })], SOON],
    [
      'expired',
      [announcedIn('5.00', { expiresAt: SOON }), MovementExpired({ movementId: 'd1', direction: 'in' })],
      SOON,
    ],
    [
      'of the other direction',
      [deposited('9.00'), WithdrawalAnnounced({ movementId: 'd1', amount: eur('1.00'), details: {} })],
      NOW,
    ],
  ];
  it.each(overs)('%s: is neither settled nor failed', (_, events, now) => {
    for (const command of [settleIn(), failDeposit({ walletId: ALICE, movementId: 'd1' })]) {
      given(opened, ...events)
        .at(now)
        .when(command)
        .thenRejected('movement_not_pending', notPending('d1'));
    }
  });
  it('expires without an event for every decision and every read', () => {
    expect(fundsAfter(SOON, ...ten, announcedOut('6.00', { expiresAt: SOON }))).toEqual([
      ...['10.00', '0.00', '0.00', '10.00'],
    ]);
    given(...ten, announcedOut('6.00', { expiresAt: SOON }))
      .at(SOON)
      .when(withdraw('10.00'))
      .thenAccepted(withdrawn('10.00'));
  });
  it('is written down as expired once, and not a moment before', () => {
    const expire = expireMovement({ walletId: ALICE, movementId: 'd1', direction: 'in' });
    const due = announcedIn('5.00', { expiresAt: SOON });
    given(opened, due).when(expire).thenRejected('movement_not_due', notPending('d1'));
    given(opened, due)
      .at(SOON)
      .when(expire)
      .thenAccepted(MovementExpired({ movementId: 'd1', direction: 'in' }));
    given(opened, due, MovementExpired({ movementId: 'd1', direction: 'in' }))
      .at(SOON)
      .when(expire)
      .thenRejected('movement_not_pending', notPending('d1'));
  });
});

describe('the rest', () => {
  it('an expiry needs a pending movement, in the future', () => {
    given(opened)
      .when(deposit('1.00', { expiresAt: SOON }))
      .thenRejected('expiry_needs_pending', { expiresAt: SOON });
    given(opened)
      .when(pendingDeposit('1.00', { expiresAt: NOW }))
      .thenRejected('expiry_passed', { expiresAt: NOW, now: NOW });
  });
  it('amount_not_positive before all of it', () =>
    given(opened)
      .when(pendingDeposit('0.00', { expiresAt: NOW }))
      .thenRejected('amount_not_positive', { amount: eur('0.00') }));
  it('has a bound', () => {
    const full = Array.from({ length: PENDING_MAX }, (_, n) => announcedIn('0.01', { movementId: `d${n}` }));
    given(opened, ...full)
      .when(pendingDeposit('1.00'))
      .thenRejected('too_many_pending', { walletId: ALICE, pendingMax: PENDING_MAX });
  });
  it('those past their time do not fill the bound: an announcement writes some of them down', () => {
    const due = Array.from({ length: PENDING_MAX }, (_, n) =>
      announcedIn('0.01', { movementId: `d${n}`, expiresAt: SOON }),
    );
    const expired = due.slice(0, 20).map(({ movementId }) => MovementExpired({ movementId, direction: 'in' }));
    given(opened, ...due)
      .at(SOON)
      .when(pendingDeposit('1.00'))
      .thenAccepted(...expired, announcedIn('1.00'));
  });
  it('shows in a currency that the wallet never held, until it has expired', () => {
    const wallet = fold([opened, announcedIn('5.00', { expiresAt: SOON })]);
    expect(currenciesIn(wallet, NOW)).toEqual([EUR]);
    expect(currenciesIn(wallet, SOON)).toEqual([]);
  });
  it('a wallet is not closed while something is pending', () =>
    given(opened, announcedIn('5.00'))
      .when(close({ walletId: ALICE }))
      .thenRejected('wallet_busy', { walletId: ALICE, open: ['pending'] }));
  it('doctor is told of an end of what was not pending', () => {
    const before = fold([opened, announcedIn('5.00')]);
    const failed = MovementFailed({ movementId: 'd1', direction: 'in' });
    expect(MovementFailed.violation(failed, before, before)).toBeUndefined();
    const after = fold([failed], before);
    const told = 'there is no pending movement d1';
    expect(MovementFailed.violation(failed, after, after)).toBe(told);
    const settled = { ...settledIn('5.00') };
    expect(MovementSettled.violation(settled, after, after)).toBe(told);
    expect(MovementSettled.violation({ ...settled, direction: 'out' }, before, before)).toBe(told);
  });
  it('comes back from its stored form', () => {
    const wallet = fold([...ten, announcedIn('5.00', { expiresAt: SOON }), announcedOut('2.00')]);
    expect(decodeWallet(encodeWallet(wallet))).toStrictEqual(wallet);
  });
});
