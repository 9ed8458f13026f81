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
  deposit,
  withdrawn,
} from '../given-when-then.js';
import { CURRENCIES_MAX } from '../room.js';
import { FundsHeld } from '../holds/place-hold.js';
import type { WalletEvent } from '../declared.js';
import { reverseMovement } from '../reversal/reverse-movement.js';
import { WalletClosed } from './close.js';
import { WalletFrozen } from './freeze.js';
import { BalanceGivenUp, BalanceTakenOver, merge } from './merge.js';

const BOB = 'bob';
const merging = (into = BOB) => merge({ walletId: ALICE, mergeId: 'm1', into });
const givenUp = (amount: string) => BalanceGivenUp({ mergeId: 'm1', successor: BOB, amount: eur(amount) });
const takenOver = (amount: string, overdraftLimit = '0.00') =>
  BalanceTakenOver({ mergeId: 'm1', from: ALICE, amount: eur(amount), overdraftLimit });
const closed = WalletClosed({ successor: BOB });

describe('Merge', () => {
  it('takes the balance along, and closes the wallet', () =>
    given(opened, deposited('10.00'), of(BOB, opened, deposited('5.00')))
      .when(merging())
      .thenAccepted(givenUp('10.00'), of(BOB, takenOver('10.00')), closed));
  it('cannot be reversed, since one of its wallets is closed', () =>
    given(opened, deposited('10.00'), of(BOB, opened), givenUp('10.00'), of(BOB, takenOver('10.00')), closed)
      .when(reverseMovement({ walletId: BOB, reversalId: 'r1', movementId: 'm1', details: {} }))
      .thenRejected('wallet_closed', { walletId: ALICE, successor: BOB }));
  it('takes a debt along, and adds the limits', () =>
    given(opened, limitChanged('9.00'), withdrawn('4.00'), of(BOB, opened, limitChanged('1.00')))
      .when(merging())
      .thenAccepted(givenUp('-4.00'), of(BOB, takenOver('-4.00', '10.00')), closed));
  it('takes a limit along that nothing was overdrawn of', () =>
    given(opened, limitChanged('9.00'), of(BOB, opened))
      .when(merging())
      .thenAccepted(givenUp('0.00'), of(BOB, takenOver('0.00', '9.00')), closed));
  it('closes a wallet that never held anything', () =>
    given(opened, of(BOB, opened)).when(merging()).thenAccepted(closed));
  it('tells later commands where the money is', () =>
    given(opened, deposited('10.00'), of(BOB, opened), givenUp('10.00'), of(BOB, takenOver('10.00')), closed)
      .when(deposit('1.00'))
      .thenRejected('wallet_closed', { walletId: ALICE, successor: BOB }));
});

describe('Merge, in the order of its rejections', () => {
  const rich = [opened, deposited('10.00')];
  it('a wallet that is not there', () =>
    given(of(BOB, opened)).when(merging()).thenRejected('wallet_not_found', { walletId: ALICE }));
  it('the same wallet', () =>
    given(...rich)
      .when(merging(ALICE))
      .thenRejected('same_wallet', { walletId: ALICE }));
  it('a successor that is not there', () =>
    given(...rich)
      .when(merging())
      .thenRejected('wallet_not_found', { walletId: BOB }));
  it('a successor that is closed', () =>
    given(...rich, of(BOB, opened, WalletClosed({})))
      .when(merging())
      .thenRejected('wallet_closed', { walletId: BOB }));
  it('something that is open', () =>
    given(...rich, FundsHeld({ holdId: 'h1', amount: eur('1.00'), details: {} }), of(BOB, opened))
      .when(merging())
      .thenRejected('wallet_busy', { walletId: ALICE, open: ['holds'] }));
  it('a frozen wallet, and a frozen successor', () => {
    given(...rich, WalletFrozen({ direction: 'debits' }), of(BOB, opened))
      .when(merging())
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits'] });
    given(...rich, of(BOB, opened, WalletFrozen({ direction: 'debits' })))
      .when(merging())
      .thenRejected('wallet_frozen', { walletId: BOB, frozen: ['debits'] });
  });
  it('more currencies than a wallet may hold, counted as they come', () => {
    const all = (from: number, to: number): WalletEvent[] =>
      Array.from({ length: to - from }, (_, n) => deposited(asset(from + n)));
    given(opened, ...all(0, 2), of(BOB, opened, ...all(2, CURRENCIES_MAX + 1)))
      .when(merging())
      .thenRejected('too_many_currencies', { walletId: BOB, currenciesMax: CURRENCIES_MAX });
  });
});
