import { currency, Money } from '@tidemark/money';
import { describe, expect, it } from 'vitest';
import {
  ALICE,
  asset,
  changeLimit,
  deposit,
  deposited,
  eur,
  given,
  leg,
  limitChanged,
  of,
  open,
  opened,
  received,
  sent,
  transfer,
  withdraw,
  withdrawn,
} from './given-when-then.js';
import { CURRENCIES_MAX } from './wallet.decider.js';

const BOB = 'bob';

const yen = (amount: string) => Money.of(amount, currency('JPY', 0));
const details = { reference: 'inv-7', description: 'rent', effectiveAt: '1993-01-05T00:00:00Z' };

/** A history of `count` events that gives the wallet as many currencies. */
const currencies = (count: number) => Array.from({ length: count }, (_, n) => deposited(asset(n)));
const full = currencies(CURRENCIES_MAX);
const tooMany = (walletId: string) => ({ walletId, currenciesMax: CURRENCIES_MAX });
const noFunds = (requested: string, available: string, overdraftLimit = '0.00') => ({
  walletId: ALICE,
  requested: eur(requested),
  available: eur(available),
  overdraftLimit: eur(overdraftLimit),
});

describe('OpenWallet', () => {
  it('opens', () => given().when(open()).thenAccepted(opened));
  it('keeps home region and metadata', () => {
    const fields = { homeRegion: 'eu-west', metadata: { owner: 'u-1' } };
    given()
      .when(open(fields))
      .thenAccepted({ type: 'WalletOpened', ...fields });
  });
  it('once', () => given(opened).when(open()).thenRejected('wallet_already_open', { walletId: ALICE }));
  it('each id for itself', () =>
    given(opened)
      .when(open({ walletId: BOB }))
      .thenAccepted(of(BOB, opened)));
});

describe('ChangeOverdraftLimit', () => {
  it('sets', () => given(opened).when(changeLimit('5.00')).thenAccepted(limitChanged('5.00')));
  it('to zero', () => given(opened, limitChanged('5.00')).when(changeLimit('0.00')).thenAccepted(limitChanged('0.00')));
  it('never below', () =>
    given(opened)
      .when(changeLimit('-0.01'))
      .thenRejected('limit_negative', { limit: eur('-0.01') }));
  it('below the present debt is allowed', () =>
    given(opened, limitChanged('9.00'), withdrawn('9.00'))
      .when(changeLimit('1.00'))
      .thenAccepted(limitChanged('1.00')));
  it('in a new currency takes room', () => {
    given(opened, ...full)
      .when(changeLimit('1.00'))
      .thenRejected('too_many_currencies', tooMany(ALICE));
    given(opened, ...full)
      .when(changeLimit(asset(0)))
      .thenAccepted(limitChanged(asset(0)));
  });
});

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

describe('the overdraft limit', () => {
  const limited = [opened, limitChanged('5.00')];
  const indebted = [opened, limitChanged('9.00'), withdrawn('9.00'), limitChanged('1.00')];

  it('to the edge', () =>
    given(...limited)
      .when(withdraw('5.00'))
      .thenAccepted(withdrawn('5.00')));
  it('not over it', () =>
    given(...limited)
      .when(withdraw('5.01'))
      .thenRejected('insufficient_funds', noFunds('5.01', '0.00', '5.00')));
  it('on top of what is there', () =>
    given(...limited, deposited('10.00'))
      .when(withdraw('15.00'))
      .thenAccepted(withdrawn('15.00')));
  it('not over that', () =>
    given(...limited, deposited('10.00'))
      .when(withdraw('15.01'))
      .thenRejected('insufficient_funds', noFunds('15.01', '10.00', '5.00')));
  it('of one currency only', () => {
    const details = { walletId: ALICE, requested: yen('1'), available: yen('0'), overdraftLimit: yen('0') };
    given(...limited)
      .when(withdraw(yen('1')))
      .thenRejected('insufficient_funds', details);
  });
  it('lowered below the debt stops withdrawals', () =>
    given(...indebted)
      .when(withdraw('0.01'))
      .thenRejected('insufficient_funds', noFunds('0.01', '-9.00', '1.00')));
  it('until deposits are back at it', () =>
    given(...indebted, deposited('8.00'))
      .when(withdraw('0.01'))
      .thenRejected('insufficient_funds', noFunds('0.01', '-1.00', '1.00')));
  it('and above it', () =>
    given(...indebted, deposited('8.01'))
      .when(withdraw('0.01'))
      .thenAccepted(withdrawn('0.01')));
  it('holds for transfers too', () => {
    given(...limited, of(BOB, opened))
      .when(transfer([leg(ALICE, BOB, '5.00')]))
      .thenAccepted(sent(BOB, '5.00'), of(BOB, received(ALICE, '5.00')));
    given(...limited, of(BOB, opened))
      .when(transfer([leg(ALICE, BOB, '5.01')]))
      .thenRejected('insufficient_funds', noFunds('5.01', '0.00', '5.00'));
  });
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

describe('CURRENCIES_MAX', () => {
  const almost = currencies(CURRENCIES_MAX - 1);

  it('is 100', () => expect(CURRENCIES_MAX).toBe(100));
  it('the last one fits', () =>
    given(opened, ...almost)
      .when(deposit('1.00'))
      .thenAccepted(deposited('1.00')));
  it('one more does not', () =>
    given(opened, ...full)
      .when(deposit('1.00'))
      .thenRejected('too_many_currencies', tooMany(ALICE)));
  it('those held go on', () =>
    given(opened, ...full)
      .when(deposit(asset(7)))
      .thenAccepted(deposited(asset(7))));
  it('an empty balance still counts', () =>
    given(opened, ...full, withdrawn(asset(7)))
      .when(deposit('1.00'))
      .thenRejected('too_many_currencies', tooMany(ALICE)));
  it('a transfer needs room at its destination', () => {
    given(opened, deposited('1.00'), of(BOB, opened, ...full))
      .when(transfer([leg(ALICE, BOB, '1.00')]))
      .thenRejected('too_many_currencies', tooMany(BOB));
    given(opened, ...full, of(BOB, opened, ...full))
      .when(transfer([leg(ALICE, BOB, asset(3))]))
      .thenAccepted(sent(BOB, asset(3)), of(BOB, received(ALICE, asset(3))));
  });
  it('room that an earlier leg took is gone', () =>
    given(opened, deposited('1.00'), deposited(yen('1')), of(BOB, opened, ...almost))
      .when(transfer([leg(ALICE, BOB, '1.00'), leg(ALICE, BOB, yen('1'))]))
      .thenRejected('too_many_currencies', tooMany(BOB)));
});
