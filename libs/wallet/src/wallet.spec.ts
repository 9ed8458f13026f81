import { currency, Money } from '@tidemark/money';
import { describe, expect, it } from 'vitest';
import type { WalletEvent } from './declared.js';
import {
  deposited,
  EUR,
  eur,
  limitChanged,
  opened,
  received,
  rehomed,
  sent,
  withdrawn,
  fold,
  NOW,
} from './given-when-then.js';
import { evolve } from './evolve.js';
import { balanceOf, initialState, type Wallet } from './wallet.js';

const JPY = currency('JPY', 0);
const posted = (wallet: Wallet) => balanceOf(wallet, EUR).posted.toString();
const limit = (wallet: Wallet) => balanceOf(wallet, EUR).overdraftLimit.toString();

/** Events of an open wallet that touch its balances or its home. */
const laterEvents = Object.values({
  OverdraftLimitChanged: limitChanged('5.00'),
  WalletRehomed: rehomed('eu-east'),
  FundsDeposited: deposited('10.00'),
  FundsWithdrawn: withdrawn('10.00'),
  TransferSent: sent('bob', '10.00'),
  TransferReceived: received('bob', '10.00'),
});

describe('an absent wallet', () => {
  it('is at version 0 and holds nothing', () => {
    expect(initialState).toEqual({ status: 'absent', version: 0, homeRegion: '', balances: {} });
    expect(balanceOf(initialState, EUR)).toEqual({ posted: eur('0.00'), overdraftLimit: eur('0.00') });
  });
  it('WalletOpened opens it', () => {
    const event: WalletEvent = { type: 'WalletOpened', homeRegion: 'eu-west', metadata: { owner: 'u-1' } };
    const { homeRegion } = event;
    expect(fold([event])).toEqual({ status: 'open', version: 1, homeRegion, balances: {} });
  });
  it.each(laterEvents)('$type throws', (event) => {
    expect(() => fold([event])).toThrow(`${event.type} cannot be event 1 of a wallet that is absent`);
  });
});

describe('an open wallet', () => {
  const holding = fold([opened, limitChanged('1.00'), deposited('7.00')]);

  it('WalletOpened throws', () => {
    expect(() => fold([opened, opened])).toThrow('WalletOpened cannot be event 2 of a wallet that is open');
  });
  it('an event of no known type throws', () => {
    const strange = { type: 'WalletPainted' } as unknown as WalletEvent;
    expect(() => fold([opened, strange])).toThrow('unreachable: {"type":"WalletPainted"}');
  });
  it.each([
    ['FundsDeposited', deposited('0.50'), '7.50', '1.00'],
    ['TransferReceived', received('bob', '0.50'), '7.50', '1.00'],
    ['FundsWithdrawn', withdrawn('0.50'), '6.50', '1.00'],
    ['FundsWithdrawn, imported', withdrawn('9.00', 'unlimited'), '-2.00', '1.00'],
    ['TransferSent', sent('bob', '0.50'), '6.50', '1.00'],
    ['OverdraftLimitChanged', limitChanged('3.00'), '7.00', '3.00'],
  ])('%s', (_name, event, expectedPosted, expectedLimit) => {
    const after = evolve(holding, event, NOW);
    expect([posted(after), limit(after)]).toEqual([expectedPosted, expectedLimit]);
  });
  it.each(laterEvents)('$type counts one version, keeps the rest and changes nothing of the old state', (event) => {
    const before = fold([opened, deposited('7.00')]);
    const after = evolve(before, event, NOW);
    expect(after).toMatchObject({
      status: 'open',
      version: 3,
      homeRegion: event.type === 'WalletRehomed' ? 'eu-east' : 'local',
    });
    expect(before).toEqual(fold([opened, deposited('7.00')]));
  });
  it.each(laterEvents)('$type never refuses: what the log holds has happened', (event) => {
    expect(() => fold([opened, event, event])).not.toThrow();
  });
  it('keeps currencies apart, in the order in which they came', () => {
    const wallet = fold([opened, deposited('10.00'), deposited(Money.of('3', JPY)), withdrawn('4.00')]);
    expect(Object.keys(wallet.balances)).toEqual(['EUR', 'JPY']);
    expect([posted(wallet), balanceOf(wallet, JPY).posted.toString()]).toEqual(['6.00', '3']);
  });
  it('remembers a currency that went down to zero', () => {
    expect(Object.keys(fold([opened, deposited('1.00'), withdrawn('1.00')]).balances)).toEqual(['EUR']);
  });
});
