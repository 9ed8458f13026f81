import { fold } from './given-when-then.js';
import { currency, Money } from '@tidemark/money';
import { describe, expect, it } from 'vitest';
import { expiriesOf, nextDue } from './expiries.js';
import type { WalletEvent } from './declared.js';

const amount = Money.of('1.00', currency('EUR', 2));
const details = {};
const at = (day: number) => `2026-01-0${day}T00:00:00.000Z`;
const EVENTS: WalletEvent[] = [
  { type: 'WalletOpened', homeRegion: 'local', metadata: {} },
  { type: 'FundsHeld', holdId: 'late', amount, details, expiresAt: at(4) },
  { type: 'FundsHeld', holdId: 'never', amount, details },
  { type: 'DepositAnnounced', movementId: 'in', amount, details, expiresAt: at(3) },
  { type: 'WithdrawalAnnounced', movementId: 'out', amount, details, expiresAt: at(2) },
];
const wallet = fold(EVENTS);

describe('what expires in a wallet', () => {
  it('is next due at the earliest of all expiries', () => {
    expect(nextDue(wallet)).toBe(at(2));
    expect(nextDue(fold([{ type: 'MovementExpired', movementId: 'out', direction: 'out' }], wallet))).toBe(at(3));
    expect(nextDue(fold(EVENTS.slice(0, 1)))).toBeUndefined();
  });

  it('is whatever has a time that has come, of each kind', () => {
    const typesAt = (now: string) =>
      expiriesOf('w', wallet, now, 10).map(({ itemId, expiresAt }) => [itemId, expiresAt]);
    expect(typesAt(at(1))).toEqual([]);
    expect(typesAt(at(3))).toEqual([
      ['in', at(3)],
      ['out', at(2)],
    ]);
    expect(expiriesOf('w', wallet, at(4), 10).map(({ command }) => command)).toEqual([
      { type: 'ExpireHold', walletId: 'w', holdId: 'late' },
      { type: 'ExpireMovement', walletId: 'w', movementId: 'in', direction: 'in' },
      { type: 'ExpireMovement', walletId: 'w', movementId: 'out', direction: 'out' },
    ]);
  });
});
