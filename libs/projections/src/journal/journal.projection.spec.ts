import type { WalletEvent } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import { deposited, eur, opened, projected } from '../given-events.js';
import { journal } from './journal.projection.js';

const effectiveAt = '1993-01-05T00:00:00.000Z';
const lines = (...events: WalletEvent[]) => projected(journal, ...events).lines;

describe('the journal', () => {
  it('has a line for each posting, the side that is no wallet first', () =>
    expect(lines(opened, deposited('5.00', { effectiveAt, reference: 'r' }))).toEqual([
      ['world', '-5.00', 'EUR', 'FundsDeposited', 'd', effectiveAt, '2026-01-02T00:00:00.000Z'],
      ['wallet:w', '5.00', 'EUR', 'FundsDeposited', 'd', effectiveAt, '2026-01-02T00:00:00.000Z'],
    ]));

  it('names a transfer by its id', () => {
    const details = {};
    const written = lines(
      opened,
      { type: 'FundsWithdrawn', movementId: 'o', amount: eur('7.50'), details },
      { type: 'TransferSent', transferId: 't', to: 'other', amount: eur('1.00'), details },
      { type: 'TransferReceived', transferId: 'u', from: 'third', amount: eur('4.00'), details },
    );
    expect(written.map((line) => line.slice(0, 6))).toEqual([
      ['world', '7.50', 'EUR', 'FundsWithdrawn', 'o', null],
      ['wallet:w', '-7.50', 'EUR', 'FundsWithdrawn', 'o', null],
      ['transfers', '1.00', 'EUR', 'TransferSent', 't', null],
      ['wallet:w', '-1.00', 'EUR', 'TransferSent', 't', null],
      ['transfers', '-4.00', 'EUR', 'TransferReceived', 'u', null],
      ['wallet:w', '4.00', 'EUR', 'TransferReceived', 'u', null],
    ]);
  });

  it('names the account of the outside', () => {
    const named = {
      type: 'FundsWithdrawn',
      movementId: 'o',
      amount: eur('7.50'),
      destination: 'bank-a',
      details: {},
    } as const;
    expect(lines(opened, named).map(([account, amount]) => [account, amount])).toEqual([
      ['world:bank-a', '7.50'],
      ['wallet:w', '-7.50'],
    ]);
  });

  it('has none for what moves no money', () =>
    expect(
      lines(
        opened,
        { type: 'OverdraftLimitChanged', limit: eur('9.00') },
        { type: 'WalletRehomed', homeRegion: 'eu-east' },
      ),
    ).toEqual([]));
});
