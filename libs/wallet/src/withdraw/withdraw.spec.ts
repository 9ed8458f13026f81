import { currency, Money } from '@tidemark/money';
import { describe, it } from 'vitest';
import { CURRENCIES_MAX } from '../room.js';
import { ALICE, eur, asset, opened, deposited, withdrawn, withdraw, given } from '../given-when-then.js';

/** Events that fill a wallet with as many currencies as it may hold. */
const full = Array.from({ length: CURRENCIES_MAX }, (_, n) => deposited(asset(n)));

const yen = (amount: string) => Money.of(amount, currency('JPY', 0));
const details = { reference: 'inv-7', description: 'rent', effectiveAt: '1993-01-05T00:00:00Z' };
const tooMany = (walletId: string) => ({ walletId, currenciesMax: CURRENCIES_MAX });
const noFunds = (requested: string, available: string, overdraftLimit = '0.00') => ({
  walletId: ALICE,
  requested: eur(requested),
  available: eur(available),
  overdraftLimit: eur(overdraftLimit),
});
const wrong = { expectedVersion: 99 };
const mismatch = (actual: number) => ({ walletId: ALICE, expected: 99, actual });
const notPositive = (amount: string) => ({ amount: eur(amount) });

describe('Withdraw', () => {
  const ten = [opened, deposited('10.00')];

  it('all there is', () =>
    given(...ten)
      .when(withdraw('10.00'))
      .thenAccepted(withdrawn('10.00')));
  it('not a cent more', () =>
    given(...ten)
      .when(withdraw('10.01'))
      .thenRejected('insufficient_funds', noFunds('10.01', '10.00')));
  it('sees what went before', () =>
    given(...ten, withdrawn('4.00'))
      .when(withdraw('6.01'))
      .thenRejected('insufficient_funds', noFunds('6.01', '6.00')));
  it('nothing from nothing', () =>
    given(opened).when(withdraw('0.01')).thenRejected('insufficient_funds', noFunds('0.01', '0.00')));
  it.each(['0.00', '-0.01'])('never %s', (amount) =>
    given(...ten)
      .when(withdraw(amount))
      .thenRejected('amount_not_positive', { amount: eur(amount) }),
  );
  it('keeps id and details', () =>
    given(...ten)
      .when(withdraw('1.00', { movementId: 'm-9', details }))
      .thenAccepted({ type: 'FundsWithdrawn', movementId: 'm-9', amount: eur('1.00'), details }));
  it('no currency pays for another', () =>
    given(opened, deposited(yen('1000')))
      .when(withdraw('0.01'))
      .thenRejected('insufficient_funds', noFunds('0.01', '0.00')));
  it('each currency from its own', () =>
    given(...ten, deposited(yen('5')))
      .when(withdraw(yen('5')))
      .thenAccepted(withdrawn(yen('5'))));
});

describe('imported history', () => {
  const imported = withdraw('10.00', { overdraft: 'unlimited' });

  it('goes below zero', () => given(opened).when(imported).thenAccepted(withdrawn('10.00', 'unlimited')));
  it('and further below', () =>
    given(opened, withdrawn('10.00', 'unlimited')).when(imported).thenAccepted(withdrawn('10.00', 'unlimited')));
  it('is marked where it would have had funds', () =>
    given(opened, deposited('10.00')).when(imported).thenAccepted(withdrawn('10.00', 'unlimited')));
  it('and the next ordinary withdrawal is refused', () =>
    given(opened, withdrawn('10.00', 'unlimited'))
      .when(withdraw('0.01'))
      .thenRejected('insufficient_funds', noFunds('0.01', '-10.00')));
  it('is still an amount above zero', () =>
    given(opened)
      .when(withdraw('0.00', { overdraft: 'unlimited' }))
      .thenRejected('amount_not_positive', { amount: eur('0.00') }));
  it('in a new currency takes room', () => {
    given(opened, ...full)
      .when(imported)
      .thenRejected('too_many_currencies', tooMany(ALICE));
    given(opened, ...full)
      .when(withdraw(asset(0), { overdraft: 'unlimited' }))
      .thenAccepted(withdrawn(asset(0), 'unlimited'));
  });
});

// In every line at least two reasons apply, and the one named wins.
describe('Withdraw: precedence', () => {
  const indebted = [opened, withdrawn('9.00', 'unlimited')];

  it('wallet_not_found before version_mismatch, amount_not_positive and insufficient_funds', () => {
    given().when(withdraw('0.00', wrong)).thenRejected('wallet_not_found', { walletId: ALICE });
    given().when(withdraw('1.00')).thenRejected('wallet_not_found', { walletId: ALICE });
  });
  it('version_mismatch before amount_not_positive', () =>
    given(opened).when(withdraw('0.00', wrong)).thenRejected('version_mismatch', mismatch(1)));
  it('version_mismatch before insufficient_funds', () =>
    given(opened).when(withdraw('1.00', wrong)).thenRejected('version_mismatch', mismatch(1)));
  it('amount_not_positive before insufficient_funds', () => {
    given(...indebted)
      .when(withdraw('0.00'))
      .thenRejected('amount_not_positive', notPositive('0.00'));
    given(...indebted)
      .when(withdraw('-1.00'))
      .thenRejected('amount_not_positive', notPositive('-1.00'));
  });
  it('imported: amount_not_positive before too_many_currencies', () =>
    given(opened, ...full)
      .when(withdraw('0.00', { overdraft: 'unlimited' }))
      .thenRejected('amount_not_positive', notPositive('0.00')));
  it('a currency never held is insufficient_funds, however many there are', () =>
    given(opened, ...full)
      .when(withdraw('1.00'))
      .thenRejected('insufficient_funds', {
        walletId: ALICE,
        requested: eur('1.00'),
        available: eur('0.00'),
        overdraftLimit: eur('0.00'),
      }));
});
