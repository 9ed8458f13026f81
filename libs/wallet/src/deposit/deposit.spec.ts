import { CURRENCIES_MAX } from '../room.js';
import { describe, it } from 'vitest';
import { asset, ALICE, eur, opened, deposited, withdrawn, deposit, given } from '../given-when-then.js';

/** Events that fill a wallet with as many currencies as it may hold. */
const full = Array.from({ length: CURRENCIES_MAX }, (_, n) => deposited(asset(n)));

const details = { reference: 'inv-7', description: 'rent', effectiveAt: '1993-01-05T00:00:00Z' };
const wrong = { expectedVersion: 99 };
const mismatch = (actual: number) => ({ walletId: ALICE, expected: 99, actual });
const notPositive = (amount: string) => ({ amount: eur(amount) });

describe('Deposit', () => {
  it('adds', () => given(opened).when(deposit('10.00')).thenAccepted(deposited('10.00')));
  it('the least amount', () => given(opened).when(deposit('0.01')).thenAccepted(deposited('0.01')));
  it.each(['0.00', '-0.01'])('never %s', (amount) =>
    given(opened)
      .when(deposit(amount))
      .thenRejected('amount_not_positive', { amount: eur(amount) }),
  );
  it('keeps id and details', () =>
    given(opened)
      .when(deposit('1.00', { movementId: 'm-9', details }))
      .thenAccepted({ type: 'FundsDeposited', movementId: 'm-9', amount: eur('1.00'), details }));
  it('pays debts', () =>
    given(opened, withdrawn('9.00', 'unlimited')).when(deposit('1.00')).thenAccepted(deposited('1.00')));
});

// In every line at least two reasons apply, and the one named wins.
describe('Deposit: precedence', () => {
  it('wallet_not_found before version_mismatch and amount_not_positive', () =>
    given().when(deposit('0.00', wrong)).thenRejected('wallet_not_found', { walletId: ALICE }));
  it('version_mismatch before amount_not_positive', () =>
    given(opened).when(deposit('0.00', wrong)).thenRejected('version_mismatch', mismatch(1)));
  it('version_mismatch before too_many_currencies', () =>
    given(opened, ...full)
      .when(deposit('1.00', wrong))
      .thenRejected('version_mismatch', mismatch(101)));
  it('amount_not_positive before too_many_currencies', () =>
    given(opened, ...full)
      .when(deposit('0.00'))
      .thenRejected('amount_not_positive', notPositive('0.00')));
});
