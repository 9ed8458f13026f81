import { Money, type Currency } from '@tidemark/money';
import { reject, type Rejected } from '../declaring/decision.js';
import { definePart, type ProposedMovement, type Use } from '../declaring/part.js';
import { pending } from '../pending/pending-part.js';
import { limitExceeded } from '../rejections.js';
import { balanceOf, type Wallet } from '../wallet.js';
import { countsUntil, SLICES, type Period } from './window.js';

/** Each limit is looked at for every movement of the wallet. */
export const LIMITS_MAX = 20;
/** A name, an amount of 49 characters, a currency, words and a time zone; and in each slice a time, an amount and a number. */
const LIMIT_CHARACTERS_MAX = 300 + (SLICES + 2) * 110;
/** Heap of one limit, and of each slice of it, measured with Node 24: 800 and 130 bytes where limits share their words. */
const LIMIT_BYTES = 1_000;
const SLICE_BYTES = 200;

/** What a limit counts, and how much of it is allowed. */
export interface LimitRule {
  /** One movement, the balance, or all movements of a period. */
  readonly per: 'movement' | 'balance' | Period;
  /** Left out: both ways together. */
  readonly direction?: 'in' | 'out';
  /** Left out: every kind. */
  readonly kind?: string;
  /** Not the calendar's day, week or month, but the last 24 hours, 7 days or 30 days. */
  readonly rolling?: true;
  /** Of the calendar. Left out: UTC. */
  readonly zone?: string;
  /** In its currency alone. Left out: the limit counts movements, of any currency. */
  readonly amount?: Money;
  readonly count?: number;
}

/** Movements that stop counting at the same time. */
interface Slice {
  /** ISO 8601, UTC, milliseconds. */
  readonly until: string;
  readonly amount?: Money;
  readonly count: number;
}

export interface Limit extends LimitRule {
  /** The one that ends first comes first. */
  readonly used: readonly Slice[];
}

export type Limits = ReadonlyMap<string, Limit>;

const NONE: Limits = new Map();

/** The limits of a wallet by name, in the order in which they were first set, with what is used of them. */
export const limits = definePart<Limits>('limits', {
  initial: NONE,
  charactersMax: LIMITS_MAX * LIMIT_CHARACTERS_MAX,
  encode: (all) => Array.from(all, encodeLimit),
  decode: (rows: never) => new Map((rows as EncodedLimit[]).map(decodeLimit)),
  refuse(all, movement) {
    for (const [name, limit] of all) {
      const refused = applies(limit, movement) && refuseOne(name, limit, movement);
      if (refused) return refused;
    }
    return undefined;
  },
  observe(all, use, at) {
    let next: Map<string, Limit> | undefined;
    for (const [name, limit] of all) {
      if (!isPeriod(limit.per) || !applies(limit, use)) continue;
      next ??= new Map(all);
      next.set(name, { ...limit, used: withUse(limit, limit.per, use, at) });
    }
    return next ?? all;
  },
  heapBytes: (all) => [...all.values()].reduce((sum, { used }) => sum + LIMIT_BYTES + SLICE_BYTES * used.length, 0),
});

/** With a limit set anew. What is used stays counted where the limit counts the same movements as before. */
export function withLimit(all: Limits, name: string, rule: LimitRule): Limits {
  const before = all.get(name);
  const used = before && countsAlike(before, rule) ? before.used : [];
  return new Map(all).set(name, { ...rule, used });
}

export function withoutLimit(all: Limits, name: string): Limits {
  const left = new Map(all);
  left.delete(name);
  return left.size === 0 ? NONE : left;
}

/** What is used of a limit at a time: of the amount, and of the number of movements. */
export function usedOf(limit: Limit, wallet: Wallet, now: string): { readonly amount?: Money; readonly count: number } {
  if (limit.per === 'balance') return { count: 0, amount: incoming(wallet, limit.amount!.currency, now) };
  const counting = countingAt(limit.used, now);
  const count = counting.reduce((sum, slice) => sum + slice.count, 0);
  const [only] = counting;
  const amount =
    limit.amount && (counting.length === 1 ? only!.amount : sumOf(counting, Money.zero(limit.amount.currency)));
  return { count, ...(amount && { amount }) };
}

/** Those that still count. Nearly always all of them do, and this runs for each limit of each movement. */
function countingAt(used: readonly Slice[], now: string): readonly Slice[] {
  return used.length > 0 && used[0]!.until <= now ? used.filter(({ until }) => until > now) : used;
}

function sumOf(slices: readonly Slice[], zero: Money): Money {
  return slices.reduce((sum, { amount }) => (amount ? sum.plus(amount) : sum), zero);
}

function isPeriod(per: LimitRule['per']): per is Period {
  return per !== 'movement' && per !== 'balance';
}

/** They put right what was counted before, so only the balance bounds them. */
const CORRECTIONS: readonly string[] = ['reversal', 'merge'];

function applies({ per, direction, kind, amount }: LimitRule, movement: Use): boolean {
  if (per === 'balance' ? movement.direction === 'out' : CORRECTIONS.includes(movement.kind)) return false;
  if (direction !== undefined && direction !== movement.direction) return false;
  if (kind !== undefined && kind !== movement.kind) return false;
  return amount === undefined || amount.currency.code === movement.amount.currency.code;
}

function countsAlike(a: LimitRule, b: LimitRule): boolean {
  const counted = ({ per, direction, kind, rolling, zone, amount }: LimitRule) =>
    [per, direction, kind, rolling, zone, amount?.currency.code].join(' ');
  return counted(a) === counted(b);
}

function refuseOne(name: string, limit: Limit, movement: ProposedMovement): Rejected<'limit_exceeded'> | undefined {
  const { walletId, wallet, amount: requested, now } = movement;
  const used = usedOf(limit, wallet, now);
  const left = limit.amount && used.amount && limit.amount.minus(used.amount);
  const countLeft = limit.count === undefined ? undefined : Math.max(limit.count - used.count, 0);
  if (!left?.lessThan(requested) && countLeft !== 0) return undefined;
  const freesAt = freedAt(limit, requested, now);
  return reject(limitExceeded, {
    ...{ walletId, limit: name, per: limit.per, requested },
    ...(limit.amount && { amount: limit.amount, left: left!.isNegative() ? Money.zero(left!.currency) : left! }),
    ...(limit.count !== undefined && { count: limit.count, countLeft: countLeft! }),
    ...(freesAt !== undefined && { freesAt }),
  });
}

/** What the wallet has, and what is on its way into it. */
function incoming(wallet: Wallet, currency: Currency, now: string): Money {
  const { posted } = balanceOf(wallet, currency);
  const { pendingIn } = pending.reserved!(pending.of(wallet), currency.code, now) ?? {};
  return pendingIn ? posted.plus(pendingIn) : posted;
}

/** The first time at which the movement would be within the limit, if there is no other until then; undefined for never. */
function freedAt({ amount, count, used }: Limit, requested: Money, now: string): string | undefined {
  if (amount?.lessThan(requested)) return undefined;
  let counting = countingAt(used, now);
  while (counting.length > 0) {
    const { until } = counting[0]!;
    counting = counting.slice(1);
    const fits = !amount || !amount.lessThan(sumOf(counting, requested));
    if (fits && (count === undefined || counting.reduce((sum, slice) => sum + slice.count, 0) < count)) return until;
  }
  return undefined;
}

function withUse({ used, rolling, zone, amount }: Limit, per: Period, use: Use, at: string): readonly Slice[] {
  const counting = countingAt(used, at);
  const last = counting.at(-1);
  // Nearly every movement falls into the period of the one before it, and a time zone is slow to ask.
  const until = last && !rolling ? last.until : countsUntil(at, per, rolling === true, zone);
  const same = last?.until === until ? last : undefined;
  const sum = amount && (same?.amount?.plus(use.amount) ?? use.amount);
  return [
    ...(same ? counting.slice(0, -1) : counting),
    { until, ...(sum && { amount: sum }), count: (same?.count ?? 0) + 1 },
  ];
}

type EncodedRule = Omit<LimitRule, 'amount'> & { readonly amount?: readonly [amount: string, currency: string] };
type EncodedLimit = readonly [
  name: string,
  rule: EncodedRule,
  ...used: readonly (readonly [string, number, string?])[],
];

function encodeLimit([name, { used, amount, ...rule }]: readonly [string, Limit]): EncodedLimit {
  const encoded = { ...rule, ...(amount && { amount: [amount.toString(), amount.currency.code] as const }) };
  const slices = used.map(({ until, count, amount: sum }) =>
    sum ? ([until, count, sum.toString()] as const) : ([until, count] as const),
  );
  return [name, encoded, ...slices];
}

function decodeLimit([name, { amount, ...rule }, ...used]: EncodedLimit): [string, Limit] {
  const code = amount?.[1];
  const slices = used.map(([until, count, sum]) => ({
    until,
    ...(sum !== undefined && { amount: Money.fromCanonical(sum, code!) }),
    count,
  }));
  return [name, { ...rule, ...(amount && { amount: Money.fromCanonical(amount[0], amount[1]) }), used: slices }];
}
