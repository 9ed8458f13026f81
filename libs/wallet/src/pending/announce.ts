import type { Money } from '@tidemark/money';
import type { Context } from '../declaring/command.js';
import { accept, reject, type CodeOf, type Decision, type Rejected } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional } from '../declaring/field.js';
import { details, flag, id, instant, money, outsideAccount } from '../fields/fields.js';
import { outsideIn, type Outside } from '../outside/outside.js';
import { expiryPassed } from '../rejections.js';
import { dueIds, EXPIRED_AT_ONCE_MAX, withReservation } from '../reservations.js';
import { notPositive } from '../violations.js';
import { takenReference, withUnique, type Referenced } from '../unique-reference/unique-reference.js';
import { counted, type Wallet } from '../wallet.js';
import {
  countOf,
  expiryNeedsPending,
  pending,
  PENDING_MAX,
  tooManyPending,
  withPending,
  type Direction,
} from './pending-part.js';
import { MovementExpired } from './settle.js';

const fields = { movementId: id, amount: money, expiresAt: optional(instant), details };

interface Announced extends Outside, Referenced {
  readonly movementId: string;
  readonly amount: Money;
  readonly expiresAt?: string;
}

const announced =
  (direction: Direction) =>
  (wallet: Wallet, { movementId, amount, expiresAt, details, source, destination }: Announced): Wallet => {
    const all = pending.of(wallet);
    const outside = source ?? destination;
    const one = {
      ...{ amount, details, ...(expiresAt !== undefined && { expiresAt }) },
      ...(outside !== undefined && { outside }),
    };
    return counted(pending.put(wallet, withPending(all, direction, withReservation(all[direction], movementId, one))));
  };

/** A deposit is on its way: it shows as `pendingIn` and cannot be spent. */
export const DepositAnnounced = defineEvent('DepositAnnounced', {
  fields: { ...fields, source: optional(outsideAccount), uniqueReference: flag },
  evolve: announced('in'),
  postings: () => [],
  statement: () => undefined,
  violation: ({ amount }) => notPositive(amount),
  uses: ({ amount }) => ({ amount, direction: 'in', kind: 'deposit' }),
  facts: (event) => takenReference('deposit', event.movementId, event),
});
export type DepositAnnounced = EventOf<typeof DepositAnnounced>;

/** A withdrawal is on its way: its amount is reserved as `pendingOut`. */
export const WithdrawalAnnounced = defineEvent('WithdrawalAnnounced', {
  fields: { ...fields, destination: optional(outsideAccount), uniqueReference: flag },
  evolve: announced('out'),
  postings: () => [],
  statement: () => undefined,
  violation: ({ amount }) => notPositive(amount),
  uses: ({ amount }) => ({ amount, direction: 'out', kind: 'withdrawal' }),
  facts: (event) => takenReference('withdrawal', event.movementId, event),
});
export type WithdrawalAnnounced = EventOf<typeof WithdrawalAnnounced>;

/** The fields that a deposit or withdrawal takes besides, for one that the outside settles later. */
export interface Announcement {
  readonly pending?: true;
  readonly expiresAt?: string;
}

/** What a deposit or withdrawal may be refused with where it is announced. */
export const ANNOUNCEMENT_REJECTIONS = [expiryNeedsPending, expiryPassed, tooManyPending] as const;

/**
 * Decides a deposit or withdrawal that is pending. Undefined for one that is booked at once.
 *
 * @param refused what the gate says of the movement
 */
export function announce<C extends string>(
  direction: Direction,
  walletId: string,
  movement: Announced & Announcement,
  { wallet, now }: Pick<Context, 'wallet' | 'now'>,
  refused: () => Rejected<C> | undefined,
): Decision<C | CodeOf<typeof ANNOUNCEMENT_REJECTIONS>> | undefined {
  const { movementId, amount, expiresAt, details } = movement;
  if (!movement.pending) return expiresAt === undefined ? undefined : reject(expiryNeedsPending, { expiresAt });
  if (expiresAt !== undefined && expiresAt <= now) return reject(expiryPassed, { expiresAt, now });
  const due = dueEvents(wallet, now);
  if (countOf(pending.of(wallet)) - due.length >= PENDING_MAX)
    return reject(tooManyPending, { walletId, pendingMax: PENDING_MAX });
  const outside = outsideIn(direction, movement.source ?? movement.destination);
  const values = {
    ...{ movementId, amount, details, ...(expiresAt !== undefined && { expiresAt }) },
    ...outside,
    ...withUnique(movement),
  };
  const event = direction === 'in' ? DepositAnnounced(values) : WithdrawalAnnounced(values);
  return refused() ?? accept(...due.map((expired) => ({ walletId, event: expired })), { walletId, event });
}

// Otherwise movements past their time fill the bound: they can be neither settled nor failed any more.
function dueEvents(wallet: Wallet, now: string): readonly MovementExpired[] {
  return (['in', 'out'] as const)
    .flatMap((direction) =>
      dueIds(pending.of(wallet)[direction], now, EXPIRED_AT_ONCE_MAX).map((movementId) =>
        MovementExpired({ movementId, direction }),
      ),
    )
    .slice(0, EXPIRED_AT_ONCE_MAX);
}
