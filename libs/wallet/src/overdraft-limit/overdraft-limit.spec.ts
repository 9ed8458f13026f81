import { currency, Money } from '@tidemark/money';
import { describe, it } from 'vitest';
import { CURRENCIES_MAX } from '../room.js';
import {
  ALICE,
  eur,
  asset,
  opened,
  limitChanged,
  deposited,
  withdrawn,
  sent,
  received,
  of,
  changeLimit,
  withdraw,
  leg,
  transfer,
  given,
} from '../given-when-then.js';

/** Events that fill a wallet with as many currencies as it may hold. */
const full = Array.from({ length: CURRENCIES_MAX }, (_, n) => deposited(asset(n)));

const BOB = 'bob';
const yen = (amount: string) => Money.of(amount, currency('JPY', 0));
const tooMany = (walletId: string) => ({ walletId, currenciesMax: CURRENCIES_MAX });
const noFunds = (requested: string, available: string, overdraftLimit = '0.00') => ({
  walletId: ALICE,
  requested: eur(requested),
  available: eur(available),
  overdraftLimit: eur(overdraftLimit),
});
const wrong = { expectedVersion: 99 };
const mismatch = (actual: number) => ({ walletId: ALICE, expected: 99, actual });

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

// In every line at least two reasons apply, and the one named wins.
describe('ChangeOverdraftLimit: precedence', () => {
  it('wallet_not_found before version_mismatch and limit_negative', () =>
    given().when(changeLimit('-1.00', wrong)).thenRejected('wallet_not_found', { walletId: ALICE }));
  it('version_mismatch before limit_negative', () =>
    given(opened).when(changeLimit('-1.00', wrong)).thenRejected('version_mismatch', mismatch(1)));
  it('version_mismatch before too_many_currencies', () =>
    given(opened, ...full)
      .when(changeLimit('1.00', wrong))
      .thenRejected('version_mismatch', mismatch(101)));
  it('limit_negative before too_many_currencies', () =>
    given(opened, ...full)
      .when(changeLimit('-1.00'))
      .thenRejected('limit_negative', { limit: eur('-1.00') }));
});
