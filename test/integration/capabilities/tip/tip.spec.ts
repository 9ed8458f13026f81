import { describe, expect, it } from 'vitest';
import { ALICE, deposited, eur, fold, given, opened } from '../../../../libs/wallet/src/given-when-then.js';
import { WalletFrozen } from '../../../../libs/wallet/src/life/freeze.js';
import { giveTip, TipGiven, TIPS_MAX } from './tip.js';

// A spec to copy. It runs in copied-tip.int.spec.ts, in a copy of libs/wallet that has the capability.

const tipId = 'tip_1';
const given_ = (amount: string) => TipGiven({ tipId, for: 'kitchen', amount: eur(amount), details: {} });
const give = (amount: string) => giveTip({ walletId: ALICE, tipId, for: 'kitchen', amount: eur(amount), details: {} });

const rich = [opened, deposited('9.00')];
const full = Array.from({ length: TIPS_MAX }, () => given_('1.00'));

describe('GiveTip', () => {
  it('takes the money', () =>
    given(...rich)
      .when(give('9.00'))
      .thenAccepted(given_('9.00')));
  it('is one whole unit at least', () =>
    given(...rich)
      .when(give('0.99'))
      .thenRejected('tip_too_small', { walletId: ALICE, least: eur('1.00') }));
  it('is given twice at most', () => {
    given(...rich, ...full.slice(1))
      .when(give('1.00'))
      .thenAccepted(given_('1.00'));
    given(...rich, ...full)
      .when(give('1.00'))
      .thenRejected('too_many_tips', { walletId: ALICE, tipsMax: TIPS_MAX });
  });
  it('needs the money', () =>
    given(opened)
      .when(give('1.00'))
      .thenRejected('insufficient_funds', {
        ...{ walletId: ALICE, requested: eur('1.00'), available: eur('0.00'), overdraftLimit: eur('0.00') },
      }));
  it('stops with debits', () =>
    given(...rich, WalletFrozen({ direction: 'debits' }))
      .when(give('1.00'))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits'] }));
});

// In every line two reasons apply, and the one named wins: this is the order of `rejects`.
describe('GiveTip: precedence', () => {
  it('tip_too_small before too_many_tips', () =>
    given(...rich, ...full)
      .when(give('0.99'))
      .thenRejected('tip_too_small', { walletId: ALICE, least: eur('1.00') }));
  it('too_many_tips before wallet_frozen', () =>
    given(...rich, ...full, WalletFrozen({ direction: 'debits' }))
      .when(give('1.00'))
      .thenRejected('too_many_tips', { walletId: ALICE, tipsMax: TIPS_MAX }));
  it('wallet_frozen before insufficient_funds', () =>
    given(opened, WalletFrozen({ direction: 'debits' }))
      .when(give('1.00'))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits'] }));
});

describe('TipGiven', () => {
  it('is nothing that doctor reports where the wallet had the money', () => {
    const before = fold(rich);
    expect(TipGiven.violation(given_('9.00'), fold([given_('9.00')], before), before)).toBeUndefined();
  });
  it('is reported where the wallet had not', () => {
    const before = fold([opened]);
    const after = fold([given_('1.00')], before);
    expect(TipGiven.violation(given_('1.00'), after, before)).toBe(
      'TipGiven of 1.00 EUR leaves -1.00 EUR, the limit is 0.00',
    );
  });
});
