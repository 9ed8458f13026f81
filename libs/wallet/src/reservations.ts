import { Money, type Currency } from '@tidemark/money';
import type { Reserved } from './declaring/part.js';

/** Money that is set aside until something happens to it, or until a time. */
export interface Reservation {
  readonly amount: Money;
  /** ISO 8601, UTC. From this time on it reserves nothing. */
  readonly expiresAt?: string;
}

/**
 * The open reservations of a wallet by their ids, with their sums by currency. The sums make a decision as fast with a
 * thousand reservations as with none. A map, because each event copies it.
 */
export interface Reservations<R extends Reservation = Reservation> {
  readonly byId: ReadonlyMap<string, R>;
  /** Expired ones included, by currency code. */
  readonly sums: Readonly<Record<string, Money>>;
  /** The earliest expiry; undefined where none expires. */
  readonly nextExpiry?: string;
}

/** Expired reservations that one command writes down on its way: enough to keep up, few enough for one flush. */
export const EXPIRED_AT_ONCE_MAX = 20;

export const NO_RESERVATIONS: Reservations<never> = { byId: new Map<string, never>(), sums: {} };

export function isDue({ expiresAt }: Reservation, now: string): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** The reservation that still binds at a time. */
export function openAt<R extends Reservation>({ byId }: Reservations<R>, id: string, now: string): R | undefined {
  const found = byId.get(id);
  return found && !isDue(found, now) ? found : undefined;
}

/** Whether one of them still binds at a time. */
export function anyOpenAt({ byId }: Reservations, now: string): boolean {
  return [...byId.values()].some((one) => !isDue(one, now));
}

/** The ids of those whose time has passed, the earliest first, at most `max`. */
export function dueIds({ byId, nextExpiry }: Reservations, now: string, max: number): readonly string[] {
  if (nextExpiry === undefined || nextExpiry > now) return [];
  return [...byId]
    .filter(([, one]) => isDue(one, now))
    .sort(([, a], [, b]) => (a.expiresAt! < b.expiresAt! ? -1 : 1))
    .slice(0, max)
    .map(([id]) => id);
}

/** What binds of a currency at a time. */
export function sumAt({ byId, sums, nextExpiry }: Reservations, code: string, now: string): Money | undefined {
  const sum = sums[code];
  if (!sum || nextExpiry === undefined || nextExpiry > now) return sum;
  return [...byId.values()]
    .filter((one) => one.amount.currency.code === code && isDue(one, now))
    .reduce((left, { amount }) => left.minus(amount), sum);
}

/** With one more, or with another in its place. */
export function withReservation<R extends Reservation>(before: Reservations<R>, id: string, one: R): Reservations<R> {
  return withAll(before.byId.has(id) ? withoutReservation(before, id, NO_RESERVATIONS) : before, [[id, one]]);
}

/** @param more ids that are not there yet */
function withAll<R extends Reservation>(
  all: Reservations<R>,
  more: readonly (readonly [string, R])[],
): Reservations<R> {
  const byId = new Map(all.byId);
  const sums = { ...all.sums };
  let { nextExpiry } = all;
  for (const [id, one] of more) {
    const { amount, expiresAt } = one;
    byId.set(id, one);
    const sum = sums[amount.currency.code];
    sums[amount.currency.code] = sum ? sum.plus(amount) : amount;
    nextExpiry = sooner(nextExpiry, expiresAt);
  }
  return { byId, sums, ...nextExpiryOf(nextExpiry) };
}

/** Without one of them. `none` when it was the last. */
export function withoutReservation<R extends Reservation>(
  all: Reservations<R>,
  id: string,
  none: Reservations<R>,
): Reservations<R> {
  const gone = all.byId.get(id);
  if (!gone || all.byId.size === 1) return gone ? none : all;
  const byId = new Map(all.byId);
  byId.delete(id);
  const { code } = gone.amount.currency;
  const { [code]: sum, ...others } = all.sums;
  const left = sum!.minus(gone.amount);
  return {
    byId,
    sums: left.isZero() ? others : { ...others, [code]: left },
    ...nextExpiryOf(gone.expiresAt === all.nextExpiry ? earliest(byId) : all.nextExpiry),
  };
}

/** JSON: `[amount, currency, expiresAt?]` by id, and whatever `more` adds. */
export function encodeReservations<R extends Reservation>(
  { byId }: Reservations<R>,
  more: (one: R) => readonly unknown[] = () => [],
): unknown {
  return Array.from(byId, ([id, one]) => [
    ...[id, one.amount.toString(), one.amount.currency.code, one.expiresAt ?? null],
    ...more(one),
  ]);
}

export function decodeReservations<R extends Reservation>(
  rows: readonly (readonly unknown[])[],
  none: Reservations<R>,
  more: (rest: readonly unknown[]) => Omit<R, keyof Reservation>,
): Reservations<R> {
  const decoded = rows.map(([id, amount, code, expiresAt, ...rest]) => {
    const money = Money.fromCanonical(amount as string, code as string);
    const one = { amount: money, ...(expiresAt !== null && { expiresAt }), ...more(rest) } as unknown as R;
    return [id as string, one] as const;
  });
  return withAll(none, decoded);
}

/** The currencies that they are in. */
export function currenciesOf({ sums }: Reservations): readonly Currency[] {
  return Object.values(sums).map(({ currency }) => currency);
}

export function heldAt(all: Reservations, code: string, now: string): Reserved {
  return { held: sumAt(all, code, now) };
}

function sooner(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function earliest(byId: ReadonlyMap<string, Reservation>): string | undefined {
  return [...byId.values()].reduce<string | undefined>((first, { expiresAt }) => sooner(first, expiresAt), undefined);
}

function nextExpiryOf(nextExpiry: string | undefined) {
  return nextExpiry === undefined ? {} : { nextExpiry };
}
