import { currency, Money } from '@tidemark/money';
import type { WalletEvent } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import { deposited, eur, opened, projected } from '../given-events.js';
import { trialBalance } from './trial-balance.projection.js';

const details = {};
const totals = (...events: WalletEvent[]) => projected(trialBalance, ...events).totals;

describe('the trial balance', () => {
  it('debits what gives and credits what gets, wallets together', () =>
    expect(
      totals(
        opened,
        deposited('5.00'),
        { type: 'FundsWithdrawn', movementId: 'o', amount: eur('7.50'), details },
        { type: 'TransferSent', transferId: 't', to: 'other', amount: eur('1.00'), details },
        { type: 'TransferReceived', transferId: 'u', from: 'third', amount: eur('4.00'), details },
      ),
    ).toEqual([
      ['world', 'EUR', '5.00', '0.00'],
      ['wallets', 'EUR', '0.00', '5.00'],
      ['world', 'EUR', '0.00', '7.50'],
      ['wallets', 'EUR', '7.50', '0.00'],
      ['transfers', 'EUR', '0.00', '1.00'],
      ['wallets', 'EUR', '1.00', '0.00'],
      ['transfers', 'EUR', '4.00', '0.00'],
      ['wallets', 'EUR', '0.00', '4.00'],
    ]));

  it('has a line for each account of the outside', () => {
    const named = {
      type: 'FundsWithdrawn',
      movementId: 'o',
      amount: eur('7.50'),
      destination: 'bank-a',
      details,
    } as const;
    expect(totals(opened, named)).toEqual([
      ['world:bank-a', 'EUR', '0.00', '7.50'],
      ['wallets', 'EUR', '7.50', '0.00'],
    ]);
  });

  it('keeps the digits of the currency, so that a sum reads without a table of currencies', () => {
    const amount = Money.of('0.000000000000000001', currency('ETH', 18));
    const [world] = totals(opened, { type: 'FundsDeposited', movementId: 'd', amount, details });
    expect(world).toEqual(['world', 'ETH', '0.000000000000000001', '0.000000000000000000']);
  });

  it('is not moved by the rest', () => expect(totals(opened)).toEqual([]));
});
