import type { Posting } from '../accounts.js';
import type { Wallet } from '../wallet.js';
import type { FactChange } from './fact.js';
import type { Use } from './part.js';
import type { Fields, Values } from './field.js';
import type { StatementLine } from './statement-line.js';

/** Turns the data of one schema version into that of the next. */
export type Upcaster = (data: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** The other half of an event that two wallets share, such as the receiving side of a transfer. */
export interface Counterpart {
  /** The wallet that has the other half. */
  readonly walletId: string;
  /** What both halves carry. */
  readonly id: string;
  /** Which half this event is. */
  readonly half: 'sent' | 'received';
}

/**
 * What one type of event means. Postings, the statement line and the check have to be given: an event that says nothing
 * there says so.
 */
export interface EventRules<E> {
  /** The wallet after the event. Total: what the log holds has happened. Counts the version (`changed`, `post`). */
  evolve(wallet: Wallet, event: E): Wallet;
  /** What moves between accounts. Sums to zero in each currency; the first posting is on an account that is no wallet's. */
  postings(event: E, walletId: string): readonly Posting[];
  /** The line on the wallet's statement; undefined for an event that moves no money. */
  statement(event: E): StatementLine | undefined;
  /**
   * What is wrong with the event, or with the wallet after it, as `doctor` says it; undefined where nothing is.
   *
   * @param after undefined where an event before it cannot be read
   * @param before the wallet that the event was written on; undefined where that is not known
   */
  violation(event: E, after: Wallet | undefined, before: Wallet | undefined): string | undefined;
  /** What it takes of the wallet's limits: what its command asked the gate for (`refuse`). Left out: nothing. */
  uses?(event: E): Use | undefined;
  /** The region of the wallet's next event, where this event decides it. */
  home?(event: E): string;
  /** What it says under keys of its wallet, for commands that need it (`defineFact`). Follows from the event alone. */
  facts?(event: E): readonly FactChange[];
  /** For an event that two wallets share. */
  counterpart?(event: E): Counterpart | undefined;
  /** The wallet that the command was sent to, where it is another one. */
  scope?(event: E): string;
  /** The first event of a wallet, and no other. */
  readonly opens?: true;
  /** The schema changes so far: `n` of them make the current schema version `n + 1`. Old data stays as it is. */
  readonly upcasters?: readonly Upcaster[];
}

/** A type of event: its name, its fields and its rules. Called, it makes an event of that type. */
export interface EventDefinition<
  T extends string = string,
  F extends Fields = Fields,
  E = { readonly type: T } & Values<F>,
> extends EventRules<E> {
  (values: Values<F>): E;
  readonly type: T;
  readonly fields: F;
  readonly upcasters: readonly Upcaster[];
}

/** The events of a definition. */
export type EventOf<D> = D extends EventDefinition<infer T, infer F> ? { readonly type: T } & Values<F> : never;

/**
 * Declares a type of event.
 *
 * @param type past tense, and never renamed: the log keeps it for ever
 * @param rules `fields` are what the log keeps, in this order
 */
export function defineEvent<const T extends string, const F extends Fields>(
  type: T,
  { fields, upcasters = [], ...rules }: { readonly fields: F } & EventRules<{ readonly type: T } & Values<F>>,
): EventDefinition<T, F> {
  const make = (values: Values<F>) => ({ type, ...values });
  return Object.assign(make, { ...rules, type, fields, upcasters });
}
