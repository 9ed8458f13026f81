import type { Money } from '@tidemark/money';
import type { WalletEvent } from '../declared.js';
import type { MovementDetails } from '../declaring/statement-line.js';
import { isDue } from '../reservations.js';
import type { Wallet } from '../wallet.js';
import { pending, type Direction } from './pending-part.js';

/** What is known of an announced deposit (`in`) or withdrawal (`out`) at a time. */
export interface PendingView {
  readonly movementId: string;
  readonly direction: Direction;
  readonly status: 'open' | 'settled' | 'failed' | 'expired';
  /** As it was announced. */
  readonly amount: Money;
  /** ISO 8601, UTC. */
  readonly expiresAt?: string;
  readonly details: MovementDetails;
  /** What was booked, which may be another amount. */
  readonly settled?: Money;
}

type PendingEvent = Extract<
  WalletEvent,
  { readonly type: `${'Deposit' | 'Withdrawal'}Announced` | `Movement${'Settled' | 'Failed' | 'Expired'}` }
>;

/** The types of events that are about one pending movement. */
export const PENDING_EVENT_TYPES: readonly PendingEvent['type'][] = [
  'DepositAnnounced',
  'WithdrawalAnnounced',
  'MovementSettled',
  'MovementFailed',
  'MovementExpired',
];

/** The open pending movements of a wallet, by id. @param now ISO 8601, UTC */
export function openPendingOf(wallet: Wallet, now: string): PendingView[] {
  const all = pending.of(wallet);
  return (['in', 'out'] as const)
    .flatMap((direction) =>
      [...all[direction].byId]
        .filter(([, one]) => !isDue(one, now))
        .map(([movementId, one]) => ({ movementId, direction, status: 'open' as const, ...one })),
    )
    .sort((a, b) => (a.movementId < b.movementId ? -1 : 1));
}

/**
 * What became of a pending movement.
 *
 * @param wallet the state after the last of the events
 * @param events of that movement, the oldest first; all of them, or none of those before some version
 * @param now ISO 8601, UTC: one past its time has expired, whether or not its event is written
 * @returns undefined where neither the state nor the events have it
 */
export function pendingHistoryOf(
  wallet: Wallet,
  movementId: string,
  events: readonly WalletEvent[],
  now: string,
): PendingView | undefined {
  const [first] = events;
  if (first?.type !== 'DepositAnnounced' && first?.type !== 'WithdrawalAnnounced') {
    return openPendingOf(wallet, now).find((one) => one.movementId === movementId);
  }
  const { amount, expiresAt, details } = first;
  const last = events.at(-1)!;
  const announced = {
    ...{ movementId, direction: first.type === 'DepositAnnounced' ? ('in' as const) : ('out' as const) },
    ...{ amount, details, ...(expiresAt !== undefined && { expiresAt }) },
  };
  if (last.type === 'MovementSettled') return { ...announced, status: 'settled', settled: last.amount };
  if (last.type === 'MovementFailed') return { ...announced, status: 'failed' };
  const over = last.type === 'MovementExpired' || isDue(first, now);
  return { ...announced, status: over ? 'expired' : 'open' };
}
