import { describe, it } from 'vitest';
import {
  ALICE,
  asset,
  deposited,
  eur,
  given,
  limitChanged,
  of,
  opened,
  received,
  sent,
  withdrawn,
} from '../given-when-then.js';
import { WalletFrozen } from '../life/freeze.js';
import { WalletClosed } from '../life/close.js';
import { CounterpartReversed, MovementReversed, reverseMovement, type ReverseMovement } from './reverse-movement.js';

const BOB = 'bob';
const details = {};
const reverse = (movementId: string, more: Partial<ReverseMovement> = {}) =>
  reverseMovement({ walletId: ALICE, reversalId: 'r1', movementId, details, ...more });
const reversedOf = (
  movementId: string,
  direction: 'in' | 'out',
  amount: string,
  reversed = amount,
  more: { counterparty?: string; reversalId?: string } = {},
) => MovementReversed({ reversalId: 'r1', movementId, direction, amount: eur(amount), reversed, details, ...more });
const other = (direction: 'in' | 'out', amount: string, reversed = amount) =>
  CounterpartReversed({
    ...{ reversalId: 'r1', movementId: 't1', direction, amount: eur(amount), reversed, details },
    counterparty: ALICE,
  });
const about = (movementId: string) => ({ walletId: ALICE, movementId });
const ten = [opened, deposited('10.00')];
const paid = [...ten, sent(BOB, '6.00'), ...[of(BOB, opened, received(ALICE, '6.00'))]];

describe('ReverseMovement', () => {
  it('gives a deposit back to where it came from', () =>
    given(...ten)
      .when(reverse('d1'))
      .thenAccepted(reversedOf('d1', 'out', '10.00')));
  it('takes a withdrawal back, also into a wallet below zero', () =>
    given(opened, limitChanged('5.00'), withdrawn('4.00'))
      .when(reverse('w1'))
      .thenAccepted(reversedOf('w1', 'in', '4.00')));
  it('in parts, up to the whole and not a cent more', () => {
    given(...ten)
      .when(reverse('d1', { amount: eur('4.00') }))
      .thenAccepted(reversedOf('d1', 'out', '4.00'));
    const partly = [...ten, reversedOf('d1', 'out', '4.00')];
    given(...partly)
      .when(reverse('d1', { amount: eur('6.00') }))
      .thenAccepted(reversedOf('d1', 'out', '6.00', '10.00'));
    given(...partly)
      .when(reverse('d1'))
      .thenAccepted(reversedOf('d1', 'out', '6.00', '10.00'));
    given(...partly)
      .when(reverse('d1', { amount: eur('6.01') }))
      .thenRejected('reversal_above_movement', {
        ...about('d1'),
        requested: eur('6.01'),
        left: eur('4.00').plus(eur('2.00')),
      });
  });
  it('never twice', () =>
    given(...ten, deposited('10.00'), reversedOf('d1', 'out', '20.00'))
      .when(reverse('d1'))
      .thenRejected('reversal_above_movement', { ...about('d1'), requested: eur('0.00'), left: eur('0.00') }));
  it('sends a transfer back, whichever of its wallets is asked', () => {
    given(...paid)
      .when(reverse('t1'))
      .thenAccepted(reversedOf('t1', 'in', '6.00', '6.00', { counterparty: BOB }), of(BOB, other('out', '6.00')));
    given(...paid)
      .when(reverse('t1', { walletId: BOB }))
      .thenAccepted(
        of(BOB, reversedOf('t1', 'out', '6.00', '6.00', { counterparty: ALICE })),
        of(ALICE, CounterpartReversed({ ...other('in', '6.00'), counterparty: BOB })),
      );
  });
  it('knows on either wallet what was reversed from the other', () =>
    given(...paid, reversedOf('t1', 'in', '5.00', '5.00', { counterparty: BOB }), of(BOB, other('out', '5.00')))
      .when(reverse('t1', { walletId: BOB, amount: eur('2.00') }))
      .thenRejected('reversal_above_movement', {
        ...{ walletId: BOB, movementId: 't1', requested: eur('2.00'), left: eur('1.00') },
      }));
  it('asks which leg is meant where there are several', () => {
    const legs = [...ten, sent(BOB, '1.00'), sent('carol', '2.00'), of(BOB, opened, received(ALICE, '1.00'))];
    given(...legs)
      .when(reverse('t1'))
      .thenRejected('several_parts', { ...about('t1'), counterparties: [BOB, 'carol'], currencies: ['EUR'] });
    given(...legs)
      .when(reverse('t1', { counterparty: BOB }))
      .thenAccepted(reversedOf('t1', 'in', '1.00', '1.00', { counterparty: BOB }), of(BOB, other('out', '1.00')));
  });
});

describe('ReverseMovement, in the order of its rejections', () => {
  it('a wallet that is not there, and one that is closed', () => {
    given().when(reverse('d1')).thenRejected('wallet_not_found', { walletId: ALICE });
    given(opened, WalletClosed({})).when(reverse('d1')).thenRejected('wallet_closed', { walletId: ALICE });
  });
  it('a movement that the wallet does not have', () =>
    given(opened, of(BOB, opened, deposited('1.00')))
      .when(reverse('d1'))
      .thenRejected('movement_not_found', about('d1')));
  it('a reversal', () =>
    given(...ten, reversedOf('d1', 'out', '1.00'))
      .when(reverse('r1'))
      .thenRejected('reversal_of_reversal', about('r1')));
  it('a wallet or a currency that the movement is not with', () => {
    const parts = { counterparties: [BOB], currencies: ['EUR'] };
    given(...paid)
      .when(reverse('t1', { counterparty: 'carol' }))
      .thenRejected('no_such_part', { ...about('t1'), ...parts });
    given(...paid)
      .when(reverse('t1', { amount: asset(1) }))
      .thenRejected('no_such_part', { ...about('t1'), ...parts });
  });
  it('an amount that is not positive', () =>
    given(...ten)
      .when(reverse('d1', { amount: eur('0.00') }))
      .thenRejected('amount_not_positive', { amount: eur('0.00') }));
  it('money that may not move: either wallet is frozen', () => {
    const frozen = WalletFrozen({ direction: 'credits' });
    given(...ten, sent(BOB, '6.00'), frozen, of(BOB, opened, received(ALICE, '6.00')))
      .when(reverse('t1'))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['credits'] });
    given(...ten, WalletFrozen({ direction: 'debits' }))
      .when(reverse('d1'))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits'] });
  });
  it('money that was spent, unless the request allows the overdraft', () => {
    const spent = [opened, deposited('10.00'), limitChanged('3.00'), withdrawn('8.00')];
    const refused = { walletId: ALICE, requested: eur('5.00'), available: eur('2.00') };
    const five = { amount: eur('5.00') };
    given(...spent)
      .when(reverse('d1', five))
      .thenRejected('insufficient_funds', { ...refused, overdraftLimit: eur('0.00') });
    given(...spent)
      .when(reverse('d1', { ...five, onInsufficientFunds: 'overdraw' }))
      .thenAccepted(reversedOf('d1', 'out', '5.00'));
    given(...spent)
      .when(reverse('d1', { amount: eur('5.01'), onInsufficientFunds: 'overdraw' }))
      .thenRejected('insufficient_funds', { ...refused, requested: eur('5.01'), overdraftLimit: eur('3.00') });
  });
});
