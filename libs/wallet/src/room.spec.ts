import { currency, Money } from '@tidemark/money';
import { describe, expect, it } from 'vitest';
import { CURRENCIES_MAX } from './room.js';
import {
  ALICE,
  asset,
  opened,
  deposited,
  withdrawn,
  sent,
  received,
  of,
  deposit,
  leg,
  transfer,
  given,
} from './given-when-then.js';

/** Events that fill a wallet with as many currencies as it may hold. */
const full = Array.from({ length: CURRENCIES_MAX }, (_, n) => deposited(asset(n)));

const BOB = 'bob';
const yen = (amount: string) => Money.of(amount, currency('JPY', 0));
/** A history of `count` events that gives the wallet as many currencies. */
const currencies = (count: number) => Array.from({ length: count }, (_, n) => deposited(asset(n)));
const tooMany = (walletId: string) => ({ walletId, currenciesMax: CURRENCIES_MAX });

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
