import { Money } from '@tidemark/money';
import type { WalletEvent } from '../declared.js';
import { isDue } from '../reservations.js';
import type { Wallet } from '../wallet.js';
import { holds } from './holds-part.js';

/** What is known of a hold at a time. */
export interface HoldView {
  readonly holdId: string;
  readonly status: 'open' | 'captured' | 'voided' | 'expired';
  /** What can still be captured; zero unless it is open. */
  readonly left: Money;
  /** ISO 8601, UTC. */
  readonly expiresAt?: string;
  /** As it was placed, and what was captured of it. Undefined where its first event is not among those that were given. */
  readonly amount?: Money;
  readonly captured?: Money;
}

type HoldEvent = Extract<WalletEvent, { readonly holdId: string }>;

/** The types of events that are about one hold. */
export const HOLD_EVENT_TYPES: readonly HoldEvent['type'][] = [
  'FundsHeld',
  'HoldCaptured',
  'HoldVoided',
  'HoldExtended',
  'HoldExpired',
];

/** The open holds of a wallet, by id. @param now ISO 8601, UTC */
export function openHoldsOf(wallet: Wallet, now: string): HoldView[] {
  return [...holds.of(wallet).byId]
    .filter(([, one]) => !isDue(one, now))
    .map(([holdId, { amount, expiresAt }]) => ({
      ...{ holdId, status: 'open' as const, left: amount },
      ...(expiresAt !== undefined && { expiresAt }),
    }))
    .sort((a, b) => (a.holdId < b.holdId ? -1 : 1));
}

/**
 * What became of a hold.
 *
 * @param wallet the state after the last of the events
 * @param events of that hold, the oldest first; all of them, or none of those before some version
 * @param now ISO 8601, UTC: a hold past its time has expired, whether or not its event is written
 * @returns undefined where neither the state nor the events have it
 */
export function holdHistoryOf(
  wallet: Wallet,
  holdId: string,
  events: readonly WalletEvent[],
  now: string,
): HoldView | undefined {
  const open = openHoldsOf(wallet, now).find((one) => one.holdId === holdId);
  const [first] = events;
  if (first?.type !== 'FundsHeld') return open;
  const zero = Money.zero(first.amount.currency);
  let { expiresAt } = first;
  let captured = zero;
  let end: HoldView['status'] | undefined;
  for (const event of events) {
    if (event.type === 'HoldCaptured') {
      captured = captured.plus(event.amount);
      if (event.final === true || !captured.lessThan(first.amount)) end = 'captured';
    }
    if (event.type === 'HoldExtended') ({ expiresAt } = event);
    if (event.type === 'HoldVoided') end = 'voided';
    if (event.type === 'HoldExpired') end = 'expired';
  }
  return {
    ...{ holdId, status: open ? 'open' : (end ?? 'expired'), left: open?.left ?? zero },
    ...(expiresAt !== undefined && { expiresAt }),
    ...{ amount: first.amount, captured },
  };
}
