import { describe, it } from 'vitest';
import { FundsHeld } from './holds/place-hold.js';
import { WalletClosed } from './life/close.js';
import {
  ALICE,
  opened,
  limitChanged,
  deposited,
  withdrawn,
  sent,
  received,
  of,
  changeLimit,
  eur,
  deposit,
  withdraw,
  leg,
  transfer,
  given,
} from './given-when-then.js';

const BOB = 'bob';

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

describe('availableAtLeast', () => {
  const held = FundsHeld({ holdId: 'hd_1', amount: eur('4.00'), details: {} });
  const six = [opened, deposited('10.00'), held];
  const atLeast = (amount: string, version?: number) =>
    deposit('1.00', {
      availableAtLeast: eur(amount),
      ...(version !== undefined && { expectedVersion: version }),
    });

  it('is met by what can be spent, to the last digit', () =>
    given(...six)
      .when(atLeast('6.00'))
      .thenAccepted(deposited('1.00')));
  it('is not met by what holds set aside', () =>
    given(...six)
      .when(atLeast('6.01'))
      .thenRejected('available_too_low', { walletId: ALICE, atLeast: eur('6.01'), available: eur('6.00') }));
  it('is not met by an overdraft limit', () =>
    given(opened, limitChanged('5.00'))
      .when(atLeast('0.01'))
      .thenRejected('available_too_low', { walletId: ALICE, atLeast: eur('0.01'), available: eur('0.00') }));
  it('counts what has expired by the time of the decision', () =>
    given(opened, deposited('10.00'), FundsHeld({ ...held, expiresAt: '2026-01-02T00:00:00.000Z' }))
      .at('2026-01-02T00:00:00.000Z')
      .when(atLeast('10.00'))
      .thenAccepted(deposited('1.00')));
  it('comes after the version, and before the state of the wallet', () => {
    given(...six)
      .when(atLeast('9.00', 2))
      .thenRejected('version_mismatch', { walletId: ALICE, expected: 2, actual: 3 });
    given(opened, WalletClosed({}))
      .when(atLeast('9.00'))
      .thenRejected('available_too_low', { walletId: ALICE, atLeast: eur('9.00'), available: eur('0.00') });
  });
  it('of a transfer is that of its first source', () =>
    given(...six, of(BOB, opened, deposited('99.00')))
      .when(transfer([leg(ALICE, BOB, '1.00')], { availableAtLeast: eur('7.00') }))
      .thenRejected('available_too_low', { walletId: ALICE, atLeast: eur('7.00'), available: eur('6.00') }));
});
