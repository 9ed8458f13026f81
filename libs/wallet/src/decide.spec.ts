import { describe, it } from 'vitest';
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
