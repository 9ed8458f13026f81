import { Money } from '@tidemark/money';
import { moved, nameOfOutside } from '../accounts.js';
import { defineCommand, type BookedLine, type CommandOf, type Context } from '../declaring/command.js';
import { accept, reject, type AddressedEvent } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional } from '../declaring/field.js';
import { defineRejection } from '../declaring/rejection.js';
import { decimal, details, id, literal, money, outsideAccount, walletId } from '../fields/fields.js';
import { accountOutside, namedOutside, outsideIn } from '../outside/outside.js';
import { amountNotPositive, insufficientFunds, MONEY_IN_REJECTIONS, MONEY_OUT_REJECTIONS } from '../rejections.js';
import { notPositive, overspent } from '../violations.js';
import { post } from '../wallet.js';
import { amountOf, partKey, reversed } from './reversed-fact.js';

const fields = {
  reversalId: id,
  movementId: id,
  /** What the reversal does to this wallet: it gets the amount back, or gives it back. */
  direction: literal('in', 'out'),
  amount: money,
  /** Of the same part of the movement in all, this reversal included, in its currency. */
  reversed: decimal,
  details,
};

/** A reversal, on the wallet that the command was sent to. */
export const MovementReversed = defineEvent('MovementReversed', {
  fields: {
    ...{ ...fields, counterparty: optional(walletId) },
    ...{ source: optional(outsideAccount), destination: optional(outsideAccount) },
  },
  evolve: (wallet, event) => post(wallet, signed(event)),
  postings: (event, walletId) =>
    moved(event.counterparty === undefined ? accountOutside(event) : 'transfers', walletId, signed(event)),
  statement: (event) => ({
    movementId: event.reversalId,
    amount: signed(event),
    ...(event.counterparty === undefined ? namedOutside(event) : { counterparty: event.counterparty }),
    details: event.details,
  }),
  violation: ({ direction, amount }, after) =>
    direction === 'in' ? notPositive(amount) : overspent('MovementReversed', amount, after),
  counterpart: ({ reversalId, counterparty, direction }) =>
    counterparty === undefined ? undefined : { walletId: counterparty, id: reversalId, half: halfOf(direction) },
  facts: ({ movementId, counterparty, amount, reversed: all }) => [
    reversed.is(partKey({ movementId, counterparty, currency: amount.currency }), { amount: all }),
  ],
});
export type MovementReversed = EventOf<typeof MovementReversed>;

/** A reversal, on the other wallet of a transfer or of a capture to a wallet. */
export const CounterpartReversed = defineEvent('CounterpartReversed', {
  fields: { ...fields, counterparty: walletId },
  evolve: (wallet, event) => post(wallet, signed(event)),
  postings: (event, walletId) => moved('transfers', walletId, signed(event)),
  statement: (event) => ({
    movementId: event.reversalId,
    amount: signed(event),
    counterparty: event.counterparty,
    details: event.details,
  }),
  violation: ({ direction, amount }, after) =>
    direction === 'in' ? notPositive(amount) : overspent('CounterpartReversed', amount, after),
  counterpart: ({ reversalId, counterparty, direction }) => ({
    walletId: counterparty,
    id: reversalId,
    half: halfOf(direction),
  }),
  scope: ({ counterparty }) => counterparty,
  facts: ({ movementId, counterparty, amount, reversed: all }) => [
    reversed.is(partKey({ movementId, counterparty, currency: amount.currency }), { amount: all }),
  ],
});
export type CounterpartReversed = EventOf<typeof CounterpartReversed>;

function signed({ direction, amount }: { direction: 'in' | 'out'; amount: Money }): Money {
  return direction === 'in' ? amount : amount.negated();
}

function halfOf(direction: 'in' | 'out') {
  return direction === 'in' ? 'received' : 'sent';
}

export const movementNotFound = defineRejection('movement_not_found', {
  kind: 'not_found',
  title: 'The wallet has no such movement',
  meaning: 'No booked movement of the wallet has this id. What is only pending is not booked.',
  remedy: 'Take the id from the wallet’s statement. Fail or void what is pending.',
})<{ walletId: string; movementId: string }>();

export const reversalOfReversal = defineRejection('reversal_of_reversal', {
  kind: 'refused',
  title: 'The movement is a reversal itself',
  meaning: 'A reversal is not reversed.',
  remedy: 'Book the movement again as a new one.',
})<{ walletId: string; movementId: string }>();

export const severalParts = defineRejection('several_parts', {
  kind: 'refused',
  title: 'The movement has several parts',
  meaning:
    'The transfer has several legs of this wallet. One reversal is about one of them. `details` has the other wallets and currencies.',
  remedy: 'Name the other wallet as `counterparty`, and an amount where there are several currencies.',
})<{ walletId: string; movementId: string; counterparties: readonly string[]; currencies: readonly string[] }>();

export const noSuchPart = defineRejection('no_such_part', {
  kind: 'refused',
  title: 'The movement has no such part',
  meaning:
    'The movement is not with the wallet `counterparty`, or not in the currency of the amount. `details` has those that it has.',
  remedy: 'Name one of them, or leave both out where the movement has one part.',
})<{ walletId: string; movementId: string; counterparties: readonly string[]; currencies: readonly string[] }>();

export const reversalAboveMovement = defineRejection('reversal_above_movement', {
  kind: 'refused',
  title: 'The reversal is larger than what is left of the movement',
  meaning:
    'The reversal is above what has not been reversed yet. `details` has both amounts. `left` is zero when all is reversed.',
  remedy: 'Reverse at most what is left.',
})<{ walletId: string; movementId: string; requested: Money; left: Money }>();

/** What tells which part of a movement is meant. */
interface Asked {
  readonly counterparty?: string;
  readonly amount?: Money;
  readonly original?: readonly BookedLine[];
}

/** The lines of the part that the command is about; none where it does not tell which of several. */
function partOf(command: Asked): readonly BookedLine[] {
  const asked = linesAsked(command);
  const parts = new Set(asked.map((line) => partKey({ ...line, currency: line.amount.currency })));
  return parts.size === 1 ? asked : [];
}

/** A reversal may not be reversed. */
const REVERSALS: readonly string[] = [MovementReversed.type, CounterpartReversed.type];

export const reverseMovement = defineCommand('ReverseMovement', {
  http: {
    path: 'v1/reversals',
    tag: 'Movements',
    operationId: 'reverseMovement',
    summary: 'Reverse a movement, or a part of it',
    description:
      'A deposit, withdrawal, capture or transfer, never above its amount. Without an amount: all that is left. `walletId` is any ' +
      'wallet of the movement. Where the wallet that has to give the money back has not enough, the reversal is refused; with ' +
      '`onInsufficientFunds: overdraw` the wallet may go below zero as far as its overdraft limit.',
    done: 'The money went back.',
  },
  fields: {
    walletId,
    movementId: id,
    counterparty: optional(walletId),
    amount: optional(money),
    onInsufficientFunds: optional(literal('refuse', 'overdraw')),
    details,
  },
  derives: { reversalId: { kind: 'reversal', prefix: 'rv' } },
  rejects: [
    movementNotFound,
    reversalOfReversal,
    noSuchPart,
    severalParts,
    amountNotPositive,
    reversalAboveMovement,
    ...MONEY_IN_REJECTIONS,
    ...MONEY_OUT_REJECTIONS,
  ],
  about: ({ walletId, movementId }) => ({ walletId, movementId }),
  wallets: (command) => {
    const counterparty = partOf(command)[0]?.counterparty;
    return counterparty === undefined ? [command.walletId] : [command.walletId, counterparty];
  },
  facts: (command) => {
    const part = partOf(command);
    const [line] = part;
    if (!line) return [];
    const { movementId, walletId } = command;
    const { currency } = line.amount;
    const own = reversed.at(walletId, partKey({ movementId, counterparty: line.counterparty, currency }));
    if (line.counterparty === undefined) return [own];
    // A command has to name each fact that its events change (`defineFact`).
    return [own, reversed.at(line.counterparty, partKey({ movementId, counterparty: walletId, currency }))];
  },
  decide(command, context) {
    const { walletId, movementId, original = [] } = command;
    if (original.length === 0) return reject(movementNotFound, { walletId, movementId });
    if (original.some(({ type }) => REVERSALS.includes(type)))
      return reject(reversalOfReversal, { walletId, movementId });
    const part = partOf(command);
    if (part.length === 0) {
      return reject(linesAsked(command).length === 0 ? noSuchPart : severalParts, {
        ...{ walletId, movementId, ...partsIn(original) },
      });
    }
    const got = amountOf(part);
    const { counterparty, account } = part[0]!;
    const before = context.factOf(reversed, walletId, partKey({ movementId, counterparty, currency: got.currency }));
    const all = got.isNegative() ? got.negated() : got;
    const done = Money.fromCanonical(before?.amount ?? Money.zero(got.currency).toString(), got.currency.code);
    const left = all.minus(done);
    const amount = command.amount ?? left;
    if (command.amount && !amount.isPositive()) return reject(amountNotPositive, { amount });
    if (!amount.isPositive() || left.lessThan(amount)) {
      return reject(reversalAboveMovement, { walletId, movementId, requested: amount, left });
    }
    const [giver, taker] = got.isNegative() ? [counterparty, walletId] : [walletId, counterparty];
    return (
      refuseTaker(taker, amount, context) ??
      refuseGiver(giver, amount, command.onInsufficientFunds === 'overdraw', context) ??
      accept(
        ...eventsOf(command, { counterparty, account }, got.isNegative() ? 'in' : 'out', amount, done.plus(amount)),
      )
    );
  },
});
export type ReverseMovement = CommandOf<typeof reverseMovement>;

/** The lines that the command may mean by its counterparty and its currency, where it names them. */
function linesAsked({ counterparty, amount, original = [] }: Asked): readonly BookedLine[] {
  return original.filter(
    (line) =>
      (counterparty === undefined || line.counterparty === counterparty) &&
      (amount === undefined || line.amount.currency.code === amount.currency.code),
  );
}

function partsIn(original: readonly BookedLine[]) {
  const distinct = (texts: readonly string[]) => [...new Set(texts)].sort();
  return {
    counterparties: distinct(original.flatMap(({ counterparty }) => counterparty ?? [])),
    currencies: distinct(original.map(({ amount }) => amount.currency.code)),
  };
}

function refuseTaker(walletId: string | undefined, amount: Money, { walletOf, refuse }: Context) {
  if (walletId === undefined) return undefined;
  return refuse({ walletId, wallet: walletOf(walletId), direction: 'in', amount, kind: 'reversal' });
}

function refuseGiver(
  walletId: string | undefined,
  requested: Money,
  mayOverdraw: boolean,
  { walletOf, refuse, availableOf }: Context,
) {
  if (walletId === undefined) return undefined;
  const wallet = walletOf(walletId);
  const refused = refuse({ walletId, wallet, direction: 'out', amount: requested, kind: 'reversal' });
  if (refused || mayOverdraw) return refused;
  const available = availableOf(wallet, requested.currency);
  if (!available.lessThan(requested)) return undefined;
  // The request did not allow the overdraft.
  const overdraftLimit = Money.zero(requested.currency);
  return reject(insufficientFunds, { walletId, requested, available, overdraftLimit });
}

/** The wallet that a movement was with, or the account of the outside where it has a name. */
type OtherSide = { readonly [K in 'counterparty' | 'account']: BookedLine[K] | undefined };

type EventIds = Pick<MovementReversed, 'reversalId' | 'movementId' | 'details'> & { readonly walletId: string };

function eventsOf(
  { walletId, movementId, reversalId, details }: EventIds,
  { counterparty, account }: OtherSide,
  direction: 'in' | 'out',
  amount: Money,
  all: Money,
): readonly AddressedEvent[] {
  const common = { reversalId, movementId, amount, reversed: all.toString(), details };
  const own = MovementReversed({
    ...{ ...common, direction, ...(counterparty !== undefined && { counterparty }) },
    ...outsideIn(direction, nameOfOutside(account)),
  });
  if (counterparty === undefined) return [{ walletId, event: own }];
  const opposite = direction === 'in' ? 'out' : 'in';
  const other = CounterpartReversed({ ...common, direction: opposite, counterparty: walletId });
  return [
    { walletId, event: own },
    { walletId: counterparty, event: other },
  ];
}
