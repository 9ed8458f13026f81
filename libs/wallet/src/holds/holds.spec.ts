import { currency, Money } from '@tidemark/money';
import { describe, expect, it } from 'vitest';
import type { WalletEvent } from '../declared.js';
import { fundsOf } from '../funds.js';
import {
  ALICE,
  deposited,
  EUR,
  eur,
  given,
  limitChanged,
  NOW,
  of,
  opened,
  received,
  withdraw,
  withdrawn,
  fold,
} from '../given-when-then.js';
import { close, WalletClosed } from '../life/close.js';
import { WalletFrozen } from '../life/freeze.js';
import { decodeWallet, encodeWallet } from '../state.codec.js';
import { captureHold, HoldCaptured } from './capture-hold.js';
import { HOLDS_MAX } from './holds-part.js';
import { FundsHeld, placeHold } from './place-hold.js';
import { expireHold, extendHold, HoldExpired, HoldExtended, HoldVoided, voidHold } from './release-hold.js';

const BOB = 'bob';
const SOON = '2026-01-02T03:05:00.000Z';
const LATER = '2026-01-03T00:00:00.000Z';
const nothing = { details: {} };
const held = (amount: string, more: { holdId?: string; expiresAt?: string } = {}) =>
  FundsHeld({ holdId: 'h1', amount: eur(amount), ...nothing, ...more });
const captured = (amount: string, more: { to?: string; final?: true; captureId?: string } = {}) =>
  HoldCaptured({ holdId: 'h1', captureId: 'c1', amount: eur(amount), ...nothing, ...more });
const place = (amount: string, more: { holdId?: string; expiresAt?: string } = {}) =>
  placeHold({ walletId: ALICE, holdId: 'h1', amount: eur(amount), ...nothing, ...more });
const capture = (amount?: string, more: { to?: string; final?: true; holdId?: string } = {}) =>
  captureHold({
    ...{ walletId: ALICE, holdId: 'h1', captureId: 'c1', ...nothing, ...more },
    ...(amount !== undefined && { amount: eur(amount) }),
  });
const noFunds = (requested: string, available: string, overdraftLimit = '0.00') => ({
  ...{ walletId: ALICE, requested: eur(requested), available: eur(available), overdraftLimit: eur(overdraftLimit) },
});
const notOpen = { walletId: ALICE, holdId: 'h1' };
const ten = [opened, deposited('10.00')];
const fundsAfter = (now: string, ...events: readonly WalletEvent[]) => {
  const { posted, held, available } = fundsOf(fold(events), EUR, now);
  return [posted, held, available].map(String);
};

describe('PlaceHold', () => {
  it('up to what is there', () =>
    given(...ten)
      .when(place('10.00'))
      .thenAccepted(held('10.00')));
  it('not a cent more', () =>
    given(...ten)
      .when(place('10.01'))
      .thenRejected('insufficient_funds', noFunds('10.01', '10.00')));
  it('into the overdraft', () => given(opened, limitChanged('5.00')).when(place('5.00')).thenAccepted(held('5.00')));
  it('takes from what the next command may spend', () => {
    given(...ten, held('6.00'))
      .when(withdraw('4.00'))
      .thenAccepted(withdrawn('4.00'));
    given(...ten, held('6.00'))
      .when(withdraw('4.01'))
      .thenRejected('insufficient_funds', noFunds('4.01', '4.00'));
    given(...ten, held('6.00'))
      .when(place('4.01', { holdId: 'h2' }))
      .thenRejected('insufficient_funds', noFunds('4.01', '4.00'));
  });
  it('in another currency takes nothing from this one', () =>
    given(...ten, FundsHeld({ holdId: 'h2', amount: Money.of('5', currency('JPY', 0)), ...nothing }))
      .when(place('10.00'))
      .thenAccepted(held('10.00')));
  it('expires only in the future', () => {
    given(...ten)
      .when(place('1.00', { expiresAt: NOW }))
      .thenRejected('expiry_passed', { expiresAt: NOW, now: NOW });
    given(...ten)
      .when(place('1.00', { expiresAt: SOON }))
      .thenAccepted(held('1.00', { expiresAt: SOON }));
  });
  it('amount_not_positive before expiry_passed before wallet_frozen before insufficient_funds', () => {
    const frozen = WalletFrozen({ direction: 'debits' });
    given(opened, frozen)
      .when(place('0.00', { expiresAt: NOW }))
      .thenRejected('amount_not_positive', { amount: eur('0.00') });
    given(opened, frozen)
      .when(place('1.00', { expiresAt: NOW }))
      .thenRejected('expiry_passed', { expiresAt: NOW, now: NOW });
    given(opened, frozen)
      .when(place('1.00'))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits'] });
  });
  it('has a bound, which holds past their time do not count for', () => {
    const full = Array.from({ length: HOLDS_MAX }, (_, n) =>
      held('0.01', { holdId: `h${n}`, ...(n === 7 && { expiresAt: SOON }) }),
    );
    given(opened, deposited('99.00'), ...full)
      .when(place('1.00', { holdId: 'new' }))
      .thenRejected('too_many_holds', { walletId: ALICE, holdsMax: HOLDS_MAX });
    given(opened, deposited('99.00'), ...full)
      .at(SOON)
      .when(place('1.00', { holdId: 'new' }))
      .thenAccepted(HoldExpired({ holdId: 'h7' }), held('1.00', { holdId: 'new' }));
  });
});

describe('CaptureHold', () => {
  it('all of it, to the outside', () =>
    given(...ten, held('6.00'))
      .when(capture())
      .thenAccepted(captured('6.00')));
  it('a part, and then the rest', () => {
    given(...ten, held('6.00'))
      .when(capture('2.00'))
      .thenAccepted(captured('2.00'));
    given(...ten, held('6.00'), captured('2.00'))
      .when(capture())
      .thenAccepted(captured('4.00'));
  });
  it('not more than is left', () =>
    given(...ten, held('6.00'), captured('2.00'))
      .when(capture('4.01'))
      .thenRejected('capture_above_hold', { ...notOpen, requested: eur('4.01'), left: eur('4.00') }));
  it('final releases the rest', () => {
    given(...ten, held('6.00'))
      .when(capture('2.00', { final: true }))
      .thenAccepted(captured('2.00', { final: true }));
    given(...ten, held('6.00'), captured('2.00', { final: true }))
      .when(capture())
      .thenRejected('hold_not_open', notOpen);
    expect(fundsAfter(NOW, ...ten, held('6.00'), captured('2.00', { final: true }))).toEqual(['8.00', '0.00', '8.00']);
  });
  it('to another wallet', () =>
    given(...ten, held('6.00'), of(BOB, opened))
      .when(capture('6.00', { to: BOB }))
      .thenAccepted(
        captured('6.00', { to: BOB }),
        of(BOB, { ...received(ALICE, '6.00'), transferId: 'c1' } as WalletEvent),
      ));
  it('to a wallet that is not there, closed, or the same', () => {
    const from = [...ten, held('6.00')];
    given(...from)
      .when(capture('6.00', { to: BOB }))
      .thenRejected('wallet_not_found', { walletId: BOB });
    given(...from, of(BOB, opened, WalletClosed({})))
      .when(capture('6.00', { to: BOB }))
      .thenRejected('wallet_closed', { walletId: BOB });
    given(...from)
      .when(capture('6.00', { to: ALICE }))
      .thenRejected('same_wallet', { walletId: ALICE });
  });
  it('even where the money would not be there any more without the hold', () =>
    given(opened, limitChanged('5.00'), held('5.00'), limitChanged('0.00'))
      .when(capture())
      .thenAccepted(captured('5.00')));
  it('not while debits are frozen', () =>
    given(...ten, held('6.00'), WalletFrozen({ direction: 'debits' }))
      .when(capture())
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['debits'] }));
  it('in the currency of the hold', () =>
    given(...ten, held('6.00'))
      .when(
        captureHold({
          walletId: ALICE,
          holdId: 'h1',
          captureId: 'c1',
          amount: Money.of('1', currency('JPY', 0)),
          ...nothing,
        }),
      )
      .thenRejected('capture_above_hold', {
        ...notOpen,
        requested: Money.of('1', currency('JPY', 0)),
        left: eur('6.00'),
      }));
  it('never zero', () =>
    given(...ten, held('6.00'))
      .when(capture('0.00'))
      .thenRejected('amount_not_positive', { amount: eur('0.00') }));
});

describe('a hold that is over', () => {
  const voiding = voidHold({ walletId: ALICE, holdId: 'h1' });
  const overs: [string, readonly WalletEvent[], string][] = [
    ['voided', [held('6.00'), HoldVoided({ holdId: 'h1' })], NOW],
    ['captured whole', [held('6.00'), captured('6.00')], NOW],
    ['expired, written down', [held('6.00', { expiresAt: SOON }), HoldExpired({ holdId: 'h1' })], LATER],
    ['expired, not written down', [held('6.00', { expiresAt: SOON })], SOON],
    ['never placed', [], NOW],
  ];
  it.each(overs)('%s: can never be captured, voided or extended', (_, events, now) => {
    const extending = extendHold({ walletId: ALICE, holdId: 'h1', expiresAt: '2027-01-01T00:00:00.000Z' });
    for (const command of [capture(), voiding, extending]) {
      given(...ten, ...events)
        .at(now)
        .when(command)
        .thenRejected('hold_not_open', notOpen);
    }
  });
  it('past its time binds nothing, whether or not its event is written', () => {
    expect(fundsAfter(NOW, ...ten, held('6.00', { expiresAt: SOON }))).toEqual(['10.00', '6.00', '4.00']);
    expect(fundsAfter(SOON, ...ten, held('6.00', { expiresAt: SOON }))).toEqual(['10.00', '0.00', '10.00']);
    expect(fundsAfter(SOON, ...ten, held('6.00', { expiresAt: SOON }), HoldExpired({ holdId: 'h1' }))).toEqual([
      ...['10.00', '0.00', '10.00'],
    ]);
    given(...ten, held('6.00', { expiresAt: SOON }))
      .at(SOON)
      .when(withdraw('10.00'))
      .thenAccepted(withdrawn('10.00'));
  });
});

describe('VoidHold and ExtendHold', () => {
  it('void gives the money back', () => {
    given(...ten, held('6.00'))
      .when(voidHold({ walletId: ALICE, holdId: 'h1' }))
      .thenAccepted(HoldVoided({ holdId: 'h1' }));
    expect(fundsAfter(NOW, ...ten, held('6.00'), HoldVoided({ holdId: 'h1' }))).toEqual(['10.00', '0.00', '10.00']);
  });
  it('extend moves the expiry, later or sooner', () => {
    given(...ten, held('6.00', { expiresAt: SOON }))
      .when(extendHold({ walletId: ALICE, holdId: 'h1', expiresAt: LATER }))
      .thenAccepted(HoldExtended({ holdId: 'h1', expiresAt: LATER }));
    const extended = [held('6.00', { expiresAt: SOON }), HoldExtended({ holdId: 'h1', expiresAt: LATER })];
    expect(fundsAfter(SOON, ...ten, ...extended)).toEqual(['10.00', '6.00', '4.00']);
    expect(fundsAfter(LATER, ...ten, ...extended)).toEqual(['10.00', '0.00', '10.00']);
  });
  it('extend only into the future', () =>
    given(...ten, held('6.00'))
      .when(extendHold({ walletId: ALICE, holdId: 'h1', expiresAt: NOW }))
      .thenRejected('expiry_passed', { expiresAt: NOW, now: NOW }));
});

describe('ExpireHold', () => {
  const expiring = expireHold({ walletId: ALICE, holdId: 'h1' });

  it('writes down what has come due', () =>
    given(...ten, held('6.00', { expiresAt: SOON }))
      .at(SOON)
      .when(expiring)
      .thenAccepted(HoldExpired({ holdId: 'h1' })));
  it('not a moment before', () =>
    given(...ten, held('6.00', { expiresAt: SOON }))
      .at('2026-01-02T03:04:59.999Z')
      .when(expiring)
      .thenRejected('hold_not_due', notOpen));
  it('once', () =>
    given(...ten, held('6.00', { expiresAt: SOON }), HoldExpired({ holdId: 'h1' }))
      .at(LATER)
      .when(expiring)
      .thenRejected('hold_not_open', notOpen));
});

describe('the state', () => {
  it('a wallet is not closed with an open hold; one past its time does not count', () => {
    const holding = [opened, limitChanged('5.00'), held('5.00', { expiresAt: SOON })];
    given(...holding)
      .when(close({ walletId: ALICE }))
      .thenRejected('wallet_busy', { walletId: ALICE, open: ['holds'] });
    given(...holding)
      .at(SOON)
      .when(close({ walletId: ALICE }))
      .thenAccepted(WalletClosed({}));
  });
  it('with a thousand holds is read back in milliseconds', () => {
    const many = Array.from({ length: HOLDS_MAX }, (_, n) => held('1.00', { holdId: `h${n}`, expiresAt: SOON }));
    const text = encodeWallet(fold([...ten, ...many]));
    // A list reads 100 wallets. Copying all holds for each one of them took 300 to 500 ms a wallet.
    const began = performance.now();
    for (let i = 0; i < 10; i++) decodeWallet(text);
    expect((performance.now() - began) / 10).toBeLessThan(100);
  });
  it('comes back from its stored form, and is stored as before once nothing is held', () => {
    const holding = fold([...ten, held('6.00', { expiresAt: SOON }), held('1.00', { holdId: 'h2' })]);
    expect(decodeWallet(encodeWallet(holding))).toStrictEqual(holding);
    const over = fold([HoldExpired({ holdId: 'h1' }), HoldVoided({ holdId: 'h2' })], holding);
    expect(encodeWallet(over)).toBe('{"version":6,"homeRegion":"local","balances":{"EUR":["10.00","0.00"]}}');
  });
});
