import type { WalletEvent } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import { deposited, eur, opened, projected } from '../given-events.js';
import { movements } from './movements.projection.js';

const details = {};

describe('the movements projection', () => {
  it('writes a signed line with the balance after for each movement, and none for the rest', () => {
    const { lines } = projected(
      movements,
      opened,
      { type: 'OverdraftLimitChanged', limit: eur('100.00') },
      deposited('5.00', { reference: 'r', description: 'x' }),
      { type: 'FundsWithdrawn', movementId: 'o', amount: eur('7.50'), details },
      { type: 'TransferSent', transferId: 't', to: 'other', amount: eur('1.00'), details },
      { type: 'TransferReceived', transferId: 'u', from: 'third', amount: eur('4.00'), details },
    );
    expect(lines.map((line) => line.slice(0, 8))).toEqual([
      ['FundsDeposited', 'd', '5.00', 'EUR', '5.00', null, 'r', 'x'],
      ['FundsWithdrawn', 'o', '-7.50', 'EUR', '-2.50', null, null, null],
      ['TransferSent', 't', '-1.00', 'EUR', '-3.50', 'other', null, null],
      ['TransferReceived', 'u', '4.00', 'EUR', '0.50', 'third', null, null],
    ]);
    expect(lines[0]!.slice(8)).toEqual([null, '2026-01-03T00:00:00.000Z', null]);
  });

  it('names the account of the outside', () => {
    const source = 'card-processor';
    const { lines } = projected(movements, opened, { ...deposited('5.00'), source } as WalletEvent);
    expect(lines[0]!.at(-1)).toBe('world:card-processor');
  });
});
