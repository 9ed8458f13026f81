import type { Money } from '@tidemark/money';
import { moved } from '../accounts.js';
import { defineCommand } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { internal, optional } from '../declaring/field.js';
import { defineRejection } from '../declaring/rejection.js';
import { details, id, literal, money, outsideAccount, reason, walletId } from '../fields/fields.js';
import { accountOutside, namedOutside, outsideIn } from '../outside/outside.js';
import { amountNotPositive, insufficientFunds, tooManyCurrencies } from '../rejections.js';
import { isDue, NO_RESERVATIONS, openAt, withoutReservation } from '../reservations.js';
import { refuseWithoutRoom } from '../room.js';
import { notPositive } from '../violations.js';
import { counted, post, type Wallet } from '../wallet.js';
import { movementNotPending, pending, withoutPending, withPending, type Direction } from './pending-part.js';

/**
 * At most twice what was announced may be settled: fees, tips and exchange rates explain as much. More is a slip, or a movement
 * of its own.
 */
const mostOf = (announced: Money): Money => announced.plus(announced);

const direction = internal(literal('in', 'out'));

/** The wallet without one pending movement. Counts no version. */
function without(wallet: Wallet, direction: Direction, movementId: string): Wallet {
  const all = pending.of(wallet);
  return pending.put(
    wallet,
    withPending(all, direction, withoutReservation(all[direction], movementId, NO_RESERVATIONS)),
  );
}
const signed = (amount: Money, direction: Direction) => (direction === 'in' ? amount : amount.negated());

export const MovementSettled = defineEvent('MovementSettled', {
  fields: {
    movementId: id,
    direction,
    amount: money,
    details,
    source: optional(outsideAccount),
    destination: optional(outsideAccount),
  },
  evolve: (wallet, { movementId, direction, amount }) =>
    post(without(wallet, direction, movementId), signed(amount, direction)),
  postings: (event, walletId) => moved(accountOutside(event), walletId, signed(event.amount, event.direction)),
  statement: (event) => ({
    movementId: event.movementId,
    amount: signed(event.amount, event.direction),
    ...namedOutside(event),
    details: event.details,
  }),
  violation: ({ movementId, direction, amount }, _, before) =>
    notPositive(amount) ?? withoutPending(movementId, direction, before),
});
export type MovementSettled = EventOf<typeof MovementSettled>;

export const MovementFailed = defineEvent('MovementFailed', {
  fields: { movementId: id, direction, reason: optional(reason) },
  evolve: (wallet, { movementId, direction }) => counted(without(wallet, direction, movementId)),
  postings: () => [],
  statement: () => undefined,
  violation: ({ movementId, direction }, _, before) => withoutPending(movementId, direction, before),
});
export type MovementFailed = EventOf<typeof MovementFailed>;

export const MovementExpired = defineEvent('MovementExpired', {
  fields: { movementId: id, direction },
  evolve: (wallet, { movementId, direction }) => counted(without(wallet, direction, movementId)),
  postings: () => [],
  statement: () => undefined,
  violation: ({ movementId, direction }, _, before) => withoutPending(movementId, direction, before),
});
export type MovementExpired = EventOf<typeof MovementExpired>;

export const settledOutOfBounds = defineRejection('settled_out_of_bounds', {
  kind: 'refused',
  title: 'The settled amount is too far from what was announced',
  meaning: 'The settled amount is above twice what was announced, or in another currency.',
  remedy: 'Settle at most twice the announced amount, in its currency. Book the rest as a movement of its own.',
})<{ walletId: string; movementId: string; requested: Money; announced: Money }>();

export const movementNotDue = defineRejection('movement_not_due', {
  kind: 'refused',
  title: 'The pending movement has not expired yet',
  meaning: 'The time at which the movement expires has not come.',
  remedy: 'Nothing is to be done.',
})<{ walletId: string; movementId: string }>();

const nounOf = { in: 'deposit', out: 'withdrawal' } as const;

// A freeze does not stop a settlement: it records what the outside has done already.
const settle = <const T extends string>(type: T, direction: Direction, path: 'deposits' | 'withdrawals') =>
  defineCommand(type, {
    http: {
      path: `v1/wallets/:walletId/${path}/:movementId/settle`,
      tag: 'Movements',
      operationId: `settle${direction === 'in' ? 'Deposit' : 'Withdrawal'}`,
      summary: `Settle a pending ${nounOf[direction]}`,
      description:
        'Without an amount: as announced. Another amount is booked as it is, up to twice what was announced.',
      done: 'The amount is booked.',
    },
    fields: { walletId, movementId: id, amount: optional(money), details },
    rejects: [
      movementNotPending,
      amountNotPositive,
      settledOutOfBounds,
      direction === 'in' ? tooManyCurrencies : insufficientFunds,
    ],
    decide({ walletId, movementId, amount, details: said }, { wallet, now, availableOf }) {
      const announced = openAt(pending.of(wallet)[direction], movementId, now);
      if (!announced) return reject(movementNotPending, { walletId, movementId });
      const settled = amount ?? announced.amount;
      if (!settled.isPositive()) return reject(amountNotPositive, { amount: settled });
      const { currency } = announced.amount;
      if (settled.currency.code !== currency.code || mostOf(announced.amount).lessThan(settled)) {
        return reject(settledOutOfBounds, { walletId, movementId, requested: settled, announced: announced.amount });
      }
      const more = settled.minus(announced.amount);
      const { overdraftLimit } = wallet.balances[currency.code] ?? { overdraftLimit: more.minus(more) };
      const available = availableOf(wallet, currency);
      if (direction === 'out' && more.isPositive() && available.plus(overdraftLimit).lessThan(more)) {
        return reject(insufficientFunds, { walletId, requested: more, available, overdraftLimit });
      }
      const event = MovementSettled({
        ...{ movementId, direction, amount: settled },
        details: { ...announced.details, ...said },
        ...outsideIn(direction, announced.outside),
      });
      // The wallet holds the currency of an announced withdrawal already.
      const refused = direction === 'in' ? refuseWithoutRoom(currency, walletId, wallet) : undefined;
      return refused ?? accept({ walletId, event });
    },
  });

const fail = <const T extends string>(type: T, direction: Direction, path: 'deposits' | 'withdrawals') =>
  defineCommand(type, {
    http: {
      path: `v1/wallets/:walletId/${path}/:movementId/fail`,
      tag: 'Movements',
      operationId: `fail${direction === 'in' ? 'Deposit' : 'Withdrawal'}`,
      summary: `Give up a pending ${nounOf[direction]}`,
      description: 'Nothing is booked, and nothing is reserved for it any more.',
      done: 'The movement has failed.',
    },
    fields: { walletId, movementId: id, reason: optional(reason) },
    rejects: [movementNotPending],
    decide({ walletId, movementId, reason }, { wallet, now }) {
      if (!openAt(pending.of(wallet)[direction], movementId, now)) {
        return reject(movementNotPending, { walletId, movementId });
      }
      const event = MovementFailed({ movementId, direction, ...(reason !== undefined && { reason }) });
      return accept({ walletId, event });
    },
  });

export const settleDeposit = settle('SettleDeposit', 'in', 'deposits');
export const settleWithdrawal = settle('SettleWithdrawal', 'out', 'withdrawals');
export const failDeposit = fail('FailDeposit', 'in', 'deposits');
export const failWithdrawal = fail('FailWithdrawal', 'out', 'withdrawals');

/** Writes down that a pending movement has expired. The worker sends it; nothing depends on when. */
export const expireMovement = defineCommand('ExpireMovement', {
  fields: { walletId, movementId: id, direction },
  onClosed: true,
  rejects: [movementNotPending, movementNotDue],
  decide({ walletId, movementId, direction }, { wallet, now }) {
    const one = pending.of(wallet)[direction].byId.get(movementId);
    if (!one) return reject(movementNotPending, { walletId, movementId });
    if (!isDue(one, now)) return reject(movementNotDue, { walletId, movementId });
    return accept({ walletId, event: MovementExpired({ movementId, direction }) });
  },
});
