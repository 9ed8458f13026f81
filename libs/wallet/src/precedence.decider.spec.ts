import { describe, it } from 'vitest';
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
  opened,
  received,
  sent,
  transfer,
  withdraw,
  withdrawn,
} from './given-when-then.js';
import { CURRENCIES_MAX } from './wallet.decider.js';

// In every line at least two reasons apply, and the one named wins.

const BOB = 'bob';
const NOBODY = 'nobody';
const NO_ONE = 'no-one';

const wrong = { expectedVersion: 99 };
const full = Array.from({ length: CURRENCIES_MAX }, (_, n) => deposited(asset(n)));
const mismatch = (actual: number) => ({ walletId: ALICE, expected: 99, actual });
const tooMany = (walletId: string) => ({ walletId, currenciesMax: CURRENCIES_MAX });
const notPositive = (amount: string) => ({ amount: eur(amount) });

describe('ChangeOverdraftLimit', () => {
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

describe('Deposit', () => {
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

describe('Withdraw', () => {
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

describe('Transfer', () => {
  const both = [opened, of(BOB, opened)];
  const indebted = [opened, withdrawn('9.00', 'unlimited'), of(BOB, opened)];
  const spent = leg(ALICE, BOB, asset(0));

  it('wallet_not_found of the scope before version_mismatch', () =>
    given()
      .when(transfer([leg(ALICE, BOB, '1.00')], wrong))
      .thenRejected('wallet_not_found', { walletId: ALICE }));
  it('version_mismatch before wallet_not_found of the destination', () =>
    given(opened)
      .when(transfer([leg(ALICE, NOBODY, '1.00')], wrong))
      .thenRejected('version_mismatch', mismatch(1)));
  it('version_mismatch before same_wallet', () =>
    given(opened)
      .when(transfer([leg(ALICE, ALICE, '1.00')], wrong))
      .thenRejected('version_mismatch', mismatch(1)));
  it('version_mismatch before amount_not_positive', () =>
    given(...both)
      .when(transfer([leg(ALICE, BOB, '0.00')], wrong))
      .thenRejected('version_mismatch', mismatch(1)));
  it('version_mismatch before insufficient_funds', () =>
    given(...both)
      .when(transfer([leg(ALICE, BOB, '1.00')], wrong))
      .thenRejected('version_mismatch', mismatch(1)));

  it('wallet_not_found: the source before the destination', () => {
    given()
      .when(transfer([leg(NOBODY, NO_ONE, '1.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY });
    given(...both, deposited(asset(0)))
      .when(transfer([spent, leg(NOBODY, NO_ONE, '1.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY });
  });
  it('wallet_not_found before same_wallet', () =>
    given(...both, deposited(asset(0)))
      .when(transfer([spent, leg(NOBODY, NOBODY, '1.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY }));
  it('wallet_not_found of the destination before amount_not_positive', () =>
    given(opened)
      .when(transfer([leg(ALICE, NOBODY, '0.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY }));
  it('wallet_not_found of the destination before insufficient_funds', () =>
    given(opened)
      .when(transfer([leg(ALICE, NOBODY, '1.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY }));
  it('same_wallet before amount_not_positive', () =>
    given(opened)
      .when(transfer([leg(ALICE, ALICE, '0.00')]))
      .thenRejected('same_wallet', { walletId: ALICE }));
  it('same_wallet before too_many_currencies', () =>
    given(opened, ...full)
      .when(transfer([leg(ALICE, ALICE, '1.00')]))
      .thenRejected('same_wallet', { walletId: ALICE }));
  it('same_wallet before insufficient_funds', () =>
    given(opened)
      .when(transfer([leg(ALICE, ALICE, '1.00')]))
      .thenRejected('same_wallet', { walletId: ALICE }));
  it('amount_not_positive before too_many_currencies', () =>
    given(opened, of(BOB, opened, ...full))
      .when(transfer([leg(ALICE, BOB, '0.00')]))
      .thenRejected('amount_not_positive', notPositive('0.00')));
  it('amount_not_positive before insufficient_funds', () =>
    given(...indebted)
      .when(transfer([leg(ALICE, BOB, '0.00')]))
      .thenRejected('amount_not_positive', notPositive('0.00')));
  it('too_many_currencies before insufficient_funds', () =>
    given(opened, of(BOB, opened, ...full))
      .when(transfer([leg(ALICE, BOB, '1.00')]))
      .thenRejected('too_many_currencies', tooMany(BOB)));
});

describe('expectedVersion', () => {
  const two = [opened, deposited('10.00'), of(BOB, opened)];
  const toBob = transfer([leg(ALICE, BOB, '1.00')]);
  const commands = [
    [changeLimit('1.00'), [limitChanged('1.00')]],
    [deposit('1.00'), [deposited('1.00')]],
    [withdraw('1.00'), [withdrawn('1.00')]],
    [toBob, [sent(BOB, '1.00'), of(BOB, received(ALICE, '1.00'))]],
  ] as const;

  it.each(commands)('$type: met', (command, events) =>
    given(...two)
      .when({ ...command, expectedVersion: 2 })
      .thenAccepted(...events),
  );
  it.each(commands)('$type: one behind, one ahead, none', (command) => {
    for (const expected of [1, 3, 0]) {
      const details = { walletId: ALICE, expected, actual: 2 };
      given(...two)
        .when({ ...command, expectedVersion: expected })
        .thenRejected('version_mismatch', details);
    }
  });
  it('of a transfer is that of its first source, as it was before the first leg', () => {
    const twice = transfer([leg(ALICE, BOB, '1.00'), leg(ALICE, BOB, '1.00')], { expectedVersion: 2 });
    const events = [sent(BOB, '1.00'), of(BOB, received(ALICE, '1.00'))];
    given(...two)
      .when(twice)
      .thenAccepted(...events, ...events);
  });
});
