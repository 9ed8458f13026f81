import { describe, expect, it } from 'vitest';
import type { WalletCommand, WalletEvent } from '../declared.js';
import { DepositAnnounced } from '../pending/announce.js';
import { encodeWallet } from '../state.codec.js';
import { ARCHIVED_IN_STATE } from './life-part.js';
import {
  ALICE,
  deposit,
  deposited,
  eur,
  given,
  leg,
  of,
  opened,
  received,
  sent,
  transfer,
  withdraw,
  withdrawn,
  fold,
} from '../given-when-then.js';
import { archive, close, WalletArchived, WalletClosed } from './close.js';
import { freeze, unfreeze, WalletFrozen, WalletUnfrozen } from './freeze.js';

const BOB = 'bob';
const frozen = (direction: 'debits' | 'credits' | 'both') => WalletFrozen({ direction });
const closed = WalletClosed({});
const archived = WalletArchived({});
const freezing = (direction: 'debits' | 'credits' | 'both', more = {}) =>
  freeze({ walletId: ALICE, direction, ...more });
const unfreezing = (direction: 'debits' | 'credits' | 'both') => unfreeze({ walletId: ALICE, direction });

describe('Freeze', () => {
  it.each(['debits', 'credits', 'both'] as const)('%s', (direction) =>
    given(opened).when(freezing(direction)).thenAccepted(frozen(direction)),
  );
  it('keeps the reason', () =>
    given(opened)
      .when(freezing('both', { reason: 'court order' }))
      .thenAccepted(WalletFrozen({ direction: 'both', reason: 'court order' })));
  it('stops what goes out, and lets in what comes', () => {
    given(opened, deposited('5.00'), frozen('debits'))
      .when(withdraw('1.00'))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits'] });
    given(opened, frozen('debits')).when(deposit('1.00')).thenAccepted(deposited('1.00'));
  });
  it('stops what comes in, and lets go what goes out', () => {
    given(opened, frozen('credits'))
      .when(deposit('1.00'))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['credits'] });
    given(opened, deposited('5.00'), frozen('credits')).when(withdraw('1.00')).thenAccepted(withdrawn('1.00'));
  });
  it('stops both sides of a transfer', () => {
    given(opened, deposited('5.00'), of(BOB, opened, frozen('credits')))
      .when(transfer([leg(ALICE, BOB, '1.00')]))
      .thenRejected('wallet_frozen', { walletId: BOB, frozen: ['credits'] });
    given(opened, deposited('5.00'), frozen('debits'), of(BOB, opened))
      .when(transfer([leg(ALICE, BOB, '1.00')]))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits'] });
    given(opened, deposited('5.00'), frozen('credits'), of(BOB, opened, frozen('debits')))
      .when(transfer([leg(ALICE, BOB, '1.00')]))
      .thenAccepted(sent(BOB, '1.00'), of(BOB, received(ALICE, '1.00')));
  });
  it('wallet_frozen before insufficient_funds, and after amount_not_positive', () => {
    given(opened, frozen('both'))
      .when(withdraw('1.00'))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits', 'credits'] });
    given(opened, frozen('both'))
      .when(withdraw('0.00'))
      .thenRejected('amount_not_positive', { amount: eur('0.00') });
  });
  it('a second direction adds to the first; the same again is refused', () => {
    given(opened, frozen('debits')).when(freezing('both')).thenAccepted(frozen('both'));
    given(opened, frozen('debits'), frozen('both'))
      .when(freezing('credits'))
      .thenRejected('already_frozen', { walletId: ALICE, frozen: ['debits', 'credits'] });
  });
});

describe('Unfreeze', () => {
  it('lets money move again', () => {
    given(opened, frozen('both'))
      .when(unfreezing('both'))
      .thenAccepted(WalletUnfrozen({ direction: 'both' }));
    given(opened, deposited('5.00'), frozen('both'), WalletUnfrozen({ direction: 'both' }))
      .when(withdraw('5.00'))
      .thenAccepted(withdrawn('5.00'));
  });
  it('of one direction leaves the other frozen', () =>
    given(opened, frozen('both'), WalletUnfrozen({ direction: 'credits' }))
      .when(withdraw('1.00'))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits'] }));
  it('is refused where nothing is frozen that way', () =>
    given(opened, frozen('debits'))
      .when(unfreezing('credits'))
      .thenRejected('not_frozen', { walletId: ALICE, frozen: ['debits'] }));
});

describe('Close', () => {
  const closing = close({ walletId: ALICE });

  it('an empty wallet', () => given(opened).when(closing).thenAccepted(closed));
  it('a wallet that came down to zero, frozen or not', () =>
    given(opened, deposited('1.00'), withdrawn('1.00'), frozen('both')).when(closing).thenAccepted(closed));
  it('not with money in it', () =>
    given(opened, deposited('0.01'))
      .when(closing)
      .thenRejected('balance_not_zero', { walletId: ALICE, posted: eur('0.01') }));
  it('not with debts', () =>
    given(opened, withdrawn('0.01', 'unlimited'))
      .when(closing)
      .thenRejected('balance_not_zero', { walletId: ALICE, posted: eur('-0.01') }));
  const commands: WalletCommand[] = [deposit('1.00'), withdraw('1.00'), closing, freezing('both')];
  it.each(commands)('then $type is refused', (command) =>
    given(opened, closed).when(command).thenRejected('wallet_closed', { walletId: ALICE }),
  );
  it('then a transfer to it is refused', () =>
    given(opened, deposited('1.00'), of(BOB, opened, closed))
      .when(transfer([leg(ALICE, BOB, '1.00')]))
      .thenRejected('wallet_closed', { walletId: BOB }));
  it('names the successor of a merged wallet', () =>
    given(opened, WalletClosed({ successor: BOB }))
      .when(deposit('1.00'))
      .thenRejected('wallet_closed', { walletId: ALICE, successor: BOB }));
  it('version_mismatch before wallet_closed', () =>
    given(opened, closed)
      .when({ ...deposit('1.00'), expectedVersion: 9 })
      .thenRejected('version_mismatch', { walletId: ALICE, expected: 9, actual: 2 }));
});

describe('Archive', () => {
  const archiving = archive({ walletId: ALICE });

  it('a closed wallet', () => given(opened, closed).when(archiving).thenAccepted(archived));
  it('not an open one', () => given(opened).when(archiving).thenRejected('not_closed', { walletId: ALICE }));
  it('is found by its stored state, and no text inside a state looks like it', () => {
    const stateOf = (...events: readonly WalletEvent[]) => encodeWallet(fold(events));
    const forged = DepositAnnounced({
      ...{ movementId: 'd1', amount: eur('1.00') },
      details: { reference: ARCHIVED_IN_STATE, description: `\\${ARCHIVED_IN_STATE}` },
    });
    expect(stateOf(opened, closed, archived)).toContain(ARCHIVED_IN_STATE);
    expect(stateOf(opened, forged)).not.toContain(ARCHIVED_IN_STATE);
    expect(stateOf(opened, frozen('both'), closed)).not.toContain(ARCHIVED_IN_STATE);
  });
  it('once', () =>
    given(opened, closed, archived).when(archiving).thenRejected('already_archived', { walletId: ALICE }));
});
