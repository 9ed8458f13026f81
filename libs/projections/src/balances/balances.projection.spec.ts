import { currency, Money } from '@tidemark/money';
import { encodeEvent, type WalletEvent } from '@tidemark/wallet';
import type { RecordedEvent } from '@tidemark/event-store';
import { describe, expect, it } from 'vitest';
import { balances, type BalanceRow, type Movement } from './balances.projection.js';

const eur = (amount: string) => Money.of(amount, currency('EUR', 2));
const details = {};

function recorded(event: WalletEvent, version: number): RecordedEvent {
  return {
    ...{
      region: 'local',
      walletId: 'w',
      version,
      position: `p${version}`,
      recordedAt: `2026-01-0${version}T00:00:00.000Z`,
    },
    ...encodeEvent(event),
    ...{ metadata: '{}', hash: '' },
  };
}

function project(...events: WalletEvent[]): { row: BalanceRow; movements: Movement[] } {
  let row: BalanceRow | undefined;
  const movements: Movement[] = [];
  events.forEach((event, i) => {
    const { row: next, entry } = balances.apply(row, recorded(event, i + 1));
    row = next;
    if (entry) movements.push(entry);
  });
  return { row: row!, movements };
}

const opened: WalletEvent = { type: 'WalletOpened', homeRegion: 'local', metadata: { owner: 'Ada' } };

describe('the balances projection', () => {
  it('keeps the wallet, its version and when it was opened and changed', () => {
    const { row } = project(opened, { type: 'FundsDeposited', movementId: 'm', amount: eur('5.00'), details });
    expect(row).toMatchObject({
      ...{ walletId: 'w', region: 'local', version: 2, position: 'p2', shard: 54 },
      ...{ openedAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-02T00:00:00.000Z' },
    });
    expect(row.wallet.balances['EUR']!.posted.toString()).toBe('5.00');
  });

  it('writes a signed line with the balance after for each movement, and none for the rest', () => {
    const { movements } = project(
      opened,
      { type: 'OverdraftLimitChanged', limit: eur('100.00') },
      { type: 'FundsDeposited', movementId: 'd', amount: eur('5.00'), details: { reference: 'r', description: 'x' } },
      { type: 'FundsWithdrawn', movementId: 'o', amount: eur('7.50'), details },
      { type: 'TransferSent', transferId: 't', to: 'other', amount: eur('1.00'), details },
      { type: 'TransferReceived', transferId: 'u', from: 'third', amount: eur('4.00'), details },
    );
    const line = ({ version, movementId, amount, balanceAfter, counterparty }: Movement) => [
      version,
      movementId,
      amount,
      balanceAfter,
      counterparty,
    ];
    expect(movements.map(line)).toEqual([
      [3, 'd', '5.00', '5.00', null],
      [4, 'o', '-7.50', '-2.50', null],
      [5, 't', '-1.00', '-3.50', 'other'],
      [6, 'u', '4.00', '0.50', 'third'],
    ]);
    expect(movements[0]).toMatchObject({ reference: 'r', description: 'x', effectiveAt: null });
  });
});
