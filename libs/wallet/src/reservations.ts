import { Money } from '@tidemark/money';
import type { Reserved } from './declaring/part.js';

/** Money that is set aside until something happens to it, or until a time. */
export interface Reservation {
  readonly amount: Money;
  /** ISO 8601, UTC. From this moment on it binds nothing. */
  readonly expiresAt?: string;
}

/**
 * The open reservations of a wallet by their ids, with their sums by currency. The sums make a decision as fast with a
 * thousand reservations as with none.
 */
export interface Reservations<R extends Reservation = Reservation> {
  readonly byId: Readonly<Record<string, R>>;
  readonly count: number;
  /** Expired ones included, by currency code. */
  readonly sums: Readonly<Record<string, Money>>;
  /** The earliest expiry; undefined where none expires. */
  readonly nextExpiry?: string;
}

export const NO_RESERVATIONS: Reservations<never> = { byId: {}, count: 0, sums: {} };

export function isDue({ expiresAt }: Reservation, now: string): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** The reservation that still binds at a time. */
export function openAt<R extends Reservation>({ byId }: Reservations<R>, id: string, now: string): R | undefined {
  const found = Object.hasOwn(byId, id) ? byId[id] : undefined;
  return found && !isDue(found, now) ? found : undefined;
}

/** The ids of those whose time has passed, the earliest first, at most `max`. */
export function dueIds({ byId, nextExpiry }: Reservations, now: string, max: number): readonly string[] {
  if (nextExpiry === undefined || nextExpiry > now) return [];
  return Object.entries(byId)
    .filter(([, one]) => isDue(one, now))
    .sort(([, a], [, b]) => (a.expiresAt! < b.expiresAt! ? -1 : 1))
    .slice(0, max)
    .map(([id]) => id);
}

/** What binds of a currency at a time. */
export function sumAt({ byId, sums, nextExpiry }: Reservations, code: string, now: string): Money | undefined {
  const sum = sums[code];
  if (!sum || nextExpiry === undefined || nextExpiry > now) return sum;
  return Object.values(byId)
    .filter((one) => one.amount.currency.code === code && isDue(one, now))
    .reduce((left, { amount }) => left.minus(amount), sum);
}

/** With one more, or with another in its place. */
export function withReservation<R extends Reservation>(before: Reservations<R>, id: string, one: R): Reservations<R> {
  const all = Object.hasOwn(before.byId, id) ? withoutReservation(before, id, NO_RESERVATIONS) : before;
  const { code } = one.amount.currency;
  const sum = all.sums[code];
  return {
    byId: { ...all.byId, [id]: one },
    count: all.count + 1,
    sums: { ...all.sums, [code]: sum ? sum.plus(one.amount) : one.amount },
    ...nextExpiryOf(sooner(all.nextExpiry, one.expiresAt)),
  };
}

/** Without one of them. `none` when it was the last. */
export function withoutReservation<R extends Reservation>(
  all: Reservations<R>,
  id: string,
  none: Reservations<R>,
): Reservations<R> {
  const { [id]: gone, ...byId } = all.byId;
  if (!gone || all.count === 1) return gone ? none : all;
  const { code } = gone.amount.currency;
  const { [code]: sum, ...others } = all.sums;
  const left = sum!.minus(gone.amount);
  return {
    byId,
    count: all.count - 1,
    sums: left.isZero() ? others : { ...others, [code]: left },
    ...nextExpiryOf(gone.expiresAt === all.nextExpiry ? earliest(byId) : all.nextExpiry),
  };
}

/** JSON: `[amount, currency, expiresAt?]` by id, and whatever `more` adds. */
export function encodeReservations<R extends Reservation>(
  { byId }: Reservations<R>,
  more: (one: R) => readonly unknown[] = () => [],
): unknown {
  return Object.entries(byId).map(([id, one]) => [
    ...[id, one.amount.toString(), one.amount.currency.code, one.expiresAt ?? null],
    ...more(one),
  ]);
}

export function decodeReservations<R extends Reservation>(
  rows: readonly (readonly unknown[])[],
  none: Reservations<R>,
  more: (rest: readonly unknown[]) => Omit<R, keyof Reservation>,
): Reservations<R> {
  return rows.reduce<Reservations<R>>((all, [id, amount, code, expiresAt, ...rest]) => {
    const money = Money.fromCanonical(amount as string, code as string);
    const one = { amount: money, ...(expiresAt !== null && { expiresAt }), ...more(rest) } as unknown as R;
    return withReservation(all, id as string, one);
  }, none);
}

export function heldAt(all: Reservations, code: string, now: string): Reserved {
  return { held: sumAt(all, code, now) };
}

function sooner(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function earliest(byId: Readonly<Record<string, Reservation>>): string | undefined {
  return Object.values(byId).reduce<string | undefined>((first, { expiresAt }) => sooner(first, expiresAt), undefined);
}

function nextExpiryOf(nextExpiry: string | undefined) {
  return nextExpiry === undefined ? {} : { nextExpiry };
}
