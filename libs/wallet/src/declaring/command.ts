import type { Currency, Money } from '@tidemark/money';
import type { z } from 'zod';
import type { MoneyRejectionCode, OF_EVERY_COMMAND } from '../rejections.js';
import type { Wallet } from '../wallet.js';
import type { FeeSchedule } from '../fees/fee-schedule.js';
import type { AddressedEvent, CodeOf, Decision, Rejected } from './decision.js';
import type { DerivedId } from './derived-id.js';
import type { Fact, FactAddress } from './fact.js';
import type { CurrencyOf, Fields, JsonObject, Values } from './field.js';
import type { ProposedMovement } from './part.js';
import type { RejectionDefinition } from './rejection.js';
import type { StatementLine } from './statement-line.js';

/** Looks a wallet up; one that was never opened is `initialState`. */
export type Wallets = (walletId: string) => Wallet;

/** A line of a wallet's statement, as the log has it. */
export interface BookedLine extends StatementLine {
  readonly walletId: string;
  /** Of the event that booked it. */
  readonly type: string;
}

/** Which lines a command is about: those of a movement, of one wallet or of all that it touched. */
export interface MovementSearch {
  readonly movementId: string;
  readonly walletId?: string;
}

/** What was defined at run time that a decision has to know, by its name. */
export interface Needs {
  /** The name of a fee schedule. */
  readonly fee?: string;
}

/** What was known already when the command was sent; no part of the request. */
export interface Found {
  /** The lines of the movement that the command is about (`about`); none where there is no such movement. */
  readonly original?: readonly BookedLine[];
  /** The newest version of the fee schedule that the command needs; undefined where there is none of that name. */
  readonly schedule?: FeeSchedule;
}

/** What the answer to an accepted command says besides its ids and the wallets. It is stored with the outcome. */
export interface CommandTells {
  /** The keys of the answer, all optional. */
  readonly schema: Readonly<Record<string, z.ZodType>>;
  /** The keys with their values; undefined where there are none. JSON. */
  of(events: readonly AddressedEvent[]): JsonObject | undefined;
}

/** A movement that a decision asks about, in or out of a wallet. */
type AskedMovement<W extends 'in' | 'out'> = Omit<ProposedMovement, 'now' | 'direction'> & { readonly direction: W };

/** What a decision is made on. A decision reads no clock and draws no random number. */
export interface Context {
  /** The wallet that the command is sent to (its scope). */
  readonly wallet: Wallet;
  readonly walletOf: Wallets;
  /** A rejection where the wallet cannot take an amount in or give it out: closed, no room, no funds, or a part refuses. */
  refuse<W extends 'in' | 'out'>(movement: AskedMovement<W>): Rejected<MoneyRejectionCode<W>> | undefined;
  /** The wallet after an event of this decision, which the next event of the decision is decided on. */
  after(wallet: Wallet, event: { readonly type: string }): Wallet;
  /** What the wallet can spend of a currency now, the overdraft limit aside. */
  availableOf(wallet: Wallet, currency: Currency): Money;
  /** The names of the parts that have something open, such as `holds`. */
  openParts(wallet: Wallet): readonly string[];
  /** What the wallet's events said last under a key; undefined where none did. The command has to name it in `facts`. */
  factOf<V>(fact: Fact<V>, walletId: string, key: string): V | undefined;
  /** The time that the events of this decision will carry: ISO 8601, UTC, milliseconds. Never decreases along a wallet. */
  readonly now: string;
}

/** How a command is reached over HTTP. It is always a POST with an idempotency key. */
export interface CommandRoute {
  /** As in `v1/wallets/:walletId/deposits`. The parameter `walletId` is the field of that name. */
  readonly path: string;
  readonly tag: 'Wallets' | 'Movements' | 'Transfers';
  /** A unique name for programs, such as `depositFunds`. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** What the answer 201 says. */
  readonly done: string;
}

/** A body that is not simply the command's fields. */
export interface CommandBody<C> {
  readonly schema: z.ZodType;
  take(body: JsonObject, currencyOf: CurrencyOf): C;
  currencies(body: JsonObject): readonly string[];
  /** The accounts of the outside that the body names, each with its place in the body. */
  outsideAccounts?(body: JsonObject): readonly (readonly [path: string, name: string])[];
}

/** Conditions on the wallet that the command is sent to. Otherwise the command is rejected. */
export interface Conditional {
  /** `If-Match`: the wallet is at this version. */
  readonly expectedVersion?: number;
  /** The wallet has this much available, the overdraft limit aside. */
  readonly availableAtLeast?: Money;
}

/** A command on the wallet of its field `walletId` is scoped to that wallet; any other says its scope and its wallets. */
type Scoped<F extends Fields> = 'walletId' extends keyof F
  ? { scope?(command: Values<F> & Found): string; wallets?(command: Values<F> & Found): readonly string[] }
  : { scope(command: Values<F> & Found): string; wallets(command: Values<F> & Found): readonly string[] };

interface CommandRules<F extends Fields, D extends string, R extends readonly RejectionDefinition[]> {
  /** What the caller asks for, and what is hashed, in this order. */
  readonly fields: F;
  /** Ids that follow from the idempotency key, the same for every repeat of the request. */
  readonly derives?: Readonly<Record<D, DerivedId>>;
  readonly http?: CommandRoute;
  readonly body?: CommandBody<Values<F>>;
  /**
   * Everything that `decide` can reject with, besides what any command may get (`OF_EVERY_COMMAND`), in the order of its code. It does
   * not compile with a rejection that is missing here.
   */
  readonly rejects: R;
  /** For the command that opens a wallet: it alone may find its scope absent. */
  readonly opens?: true;
  /** A closed wallet may be asked for it too. */
  readonly onClosed?: true;
  /** Left out by the caller, it is the region of the process that is asked. That is no part of the request. */
  readonly defaultRegion?: keyof F & string;
  /** The region that the wallet lives in after the command, where the command says it. */
  home?(command: Values<F>): string;
  /** The booked movement that the command is about. It is found before anything else, and stands in `original`. */
  about?(command: Values<F>): MovementSearch;
  /** What was defined at run time that the decision has to know. It is looked up with `about`. Undefined where it is nothing. */
  needs?(command: Values<F>): Needs | undefined;
  readonly tells?: CommandTells;
  /** What the decision has to know besides the wallets. It is read before the decision; a command without it pays nothing. */
  facts?(command: Values<F> & Found): readonly FactAddress[];
  /** It changes the directory and copies outcomes, so no other command may share its statement. */
  readonly alone?: true;
  /** Rejections are tested in the order of the code, which is the order that callers may rely on. */
  decide(
    command: Values<F> & Derived<D> & Found,
    context: Context,
  ): Decision<CodeOf<R> | CodeOf<typeof OF_EVERY_COMMAND>>;
}

type Derived<D extends string> = { readonly [K in D]: string };

/** A command that was declared. Called, it makes a command of that type. */
export interface CommandDefinition<
  T extends string = string,
  F extends Fields = Fields,
  D extends string = string,
  R extends readonly RejectionDefinition[] = readonly RejectionDefinition[],
> {
  (values: Values<F> & Derived<D> & Conditional & Found): CommandOfParts<T, F, D>;
  readonly type: T;
  readonly fields: F;
  readonly derives: Readonly<Record<D, DerivedId>>;
  readonly http?: CommandRoute;
  readonly body?: CommandBody<Values<F>>;
  readonly rejects: R;
  readonly opens?: true;
  readonly onClosed?: true;
  readonly defaultRegion?: string;
  readonly alone?: true;
  home?(command: Values<F>): string;
  about?(command: Values<F>): MovementSearch;
  needs?(command: Values<F>): Needs | undefined;
  readonly tells?: CommandTells;
  facts?(command: Values<F> & Found): readonly FactAddress[];
  scope(command: Values<F> & Found): string;
  wallets(command: Values<F> & Found): readonly string[];
  decide(command: Values<F> & Derived<D> & Found, context: Context): Decision;
}

type CommandOfParts<T extends string, F extends Fields, D extends string> = { readonly type: T } & Values<F> &
  Derived<D> &
  Conditional &
  Found;

/** The commands of a definition. */
export type CommandOf<C> = C extends CommandDefinition<infer T, infer F, infer D> ? CommandOfParts<T, F, D> : never;

/**
 * Declares a command. Codec, request hash, derived ids, route, schemas and documentation follow from it.
 *
 * @param type imperative, and never renamed: request hashes hold it
 */
export function defineCommand<
  const T extends string,
  const F extends Fields,
  const R extends readonly RejectionDefinition[],
  const D extends string = never,
>(type: T, rules: CommandRules<F, D, R> & Scoped<F>): CommandDefinition<T, F, D, R> {
  const make = (values: object) => ({ type, ...values });
  const ofOneWallet = {
    scope: ({ walletId }: { walletId: string }) => walletId,
    wallets: ({ walletId }: { walletId: string }) => [walletId],
  };
  // A command that moves money in and out spreads two lists, which have rejections in common.
  const rejects = [...new Set(rules.rejects)];
  return Object.assign(make, { derives: {}, ...ofOneWallet, ...rules, rejects, type }) as unknown as CommandDefinition<
    T,
    F,
    D,
    R
  >;
}
