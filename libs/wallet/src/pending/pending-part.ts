import { definePart } from '../declaring/part.js';
import { defineRejection } from '../declaring/rejection.js';
import type { MovementDetails } from '../declaring/statement-line.js';
import { OUTSIDE_ACCOUNT_CHARACTERS_MAX } from '../fields/input-rules.js';
import {
  anyOpenAt,
  currenciesOf,
  decodeReservations,
  encodeReservations,
  NO_RESERVATIONS,
  sumAt,
  type Reservation,
  type Reservations,
} from '../reservations.js';
import type { Wallet } from '../wallet.js';

/** Pending movements keep their details in the state, up to 1 KB each, and the state must stay small. */
export const PENDING_MAX = 100;
/**
 * As a hold, and its details: 200 characters of reference, 500 of description (twice that in JSON, if all are quotes), a date; and
 * the name of an account.
 */
const MOVEMENT_CHARACTERS_MAX = 1_750 + OUTSIDE_ACCOUNT_CHARACTERS_MAX + 3;

/** A deposit or withdrawal that the outside has not settled yet. */
export interface PendingMovement extends Reservation {
  readonly details: MovementDetails;
  /** The name of the account of the outside that it comes from or goes to. */
  readonly outside?: string;
}

export interface Pending {
  readonly in: Reservations<PendingMovement>;
  readonly out: Reservations<PendingMovement>;
}
export type Direction = keyof Pending;

/** Heap of one pending movement, with details of the greatest length. */
const PENDING_BYTES = 2_000;

const NONE: Reservations<PendingMovement> = NO_RESERVATIONS;
const NOTHING: Pending = { in: NONE, out: NONE };
const restOf = ([details, outside]: readonly unknown[]) => ({
  details: details as MovementDetails,
  ...(outside !== undefined && { outside: outside as string }),
});
const restIn = ({ details, outside }: PendingMovement) => (outside === undefined ? [details] : [details, outside]);

/** The deposits and withdrawals of a wallet that are neither settled, failed, nor expired and written down as such. */
export const pending = definePart<Pending>('pending', {
  initial: NOTHING,
  charactersMax: PENDING_MAX * MOVEMENT_CHARACTERS_MAX,
  encode: (all) => ({
    in: encodeReservations(all.in, restIn),
    out: encodeReservations(all.out, restIn),
  }),
  decode: (json: never) => {
    const rows = json as { in: (readonly unknown[])[]; out: (readonly unknown[])[] };
    return { in: decodeReservations(rows.in, NONE, restOf), out: decodeReservations(rows.out, NONE, restOf) };
  },
  reserved: (all, code, now) => ({ pendingIn: sumAt(all.in, code, now), pendingOut: sumAt(all.out, code, now) }),
  currencies: (all) => [...currenciesOf(all.in), ...currenciesOf(all.out)],
  busy: (all, now) => anyOpenAt(all.in, now) || anyOpenAt(all.out, now),
  heapBytes: (all) => countOf(all) * PENDING_BYTES,
});

export function countOf(all: Pending): number {
  return all.in.byId.size + all.out.byId.size;
}

/** The part with other movements of one direction. */
export function withPending(all: Pending, direction: Direction, some: Reservations<PendingMovement>): Pending {
  const next = { ...all, [direction]: some };
  return countOf(next) === 0 ? NOTHING : next;
}

/** What is wrong with an event of a pending movement that the wallet did not have. */
export function withoutPending(
  movementId: string,
  direction: Direction,
  before: Wallet | undefined,
): string | undefined {
  if (!before || pending.of(before)[direction].byId.has(movementId)) return undefined;
  return `there is no pending movement ${movementId}`;
}

export const movementNotPending = defineRejection('movement_not_pending', {
  kind: 'conflict',
  title: 'The wallet has no pending movement of that id',
  meaning: 'The movement was settled, has failed or has expired; or no pending movement has this id.',
  remedy: 'It was settled, has failed or expired, or never existed. Its events tell which.',
})<{ walletId: string; movementId: string }>();

export const tooManyPending = defineRejection('too_many_pending', {
  kind: 'refused',
  title: 'The wallet has too many pending movements',
  meaning: 'A wallet has a bounded number of pending movements. `details` has the limit.',
  remedy: 'Settle or fail some of them first.',
})<{ walletId: string; pendingMax: number }>();

export const expiryNeedsPending = defineRejection('expiry_needs_pending', {
  kind: 'refused',
  title: 'Only a pending movement expires',
  meaning: '`expiresAt` was given for a movement that is booked at once.',
  remedy: 'Send `"pending": true` with the expiry, or leave the expiry out.',
})<{ expiresAt: string }>();
