import type { Money } from '@tidemark/money';
import { z } from 'zod';
import { moved } from '../accounts.js';
import type { CommandTells, Context, Wallets } from '../declaring/command.js';
import { accept, reject, type AddressedEvent, type CodeOf, type Rejected } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { defineRejection } from '../declaring/rejection.js';
import type { MovementDetails } from '../declaring/statement-line.js';
import { count, details, feeName, id, money, walletId } from '../fields/fields.js';
import { amountText, currencyCode, idText, feeScheduleName } from '../fields/input-rules.js';
import { sameWallet, walletNotFound } from '../rejections.js';
import { notPositive, overspent } from '../violations.js';
import { post } from '../wallet.js';
import { feeFor, type FeeSchedule } from './fee-schedule.js';

/** `movementId` is what the fee is for. The fee is a movement of its own, so that it can be found and reversed. */
const fields = { feeId: id, movementId: id, schedule: feeName, scheduleVersion: count };

/** A fee, on the wallet that pays it. */
export const FeeCharged = defineEvent('FeeCharged', {
  fields: { ...fields, to: walletId, amount: money, details },
  evolve: (wallet, { amount }) => post(wallet, amount.negated()),
  postings: ({ amount }, walletId) => moved('transfers', walletId, amount.negated()),
  statement: ({ feeId, to, amount, details }) => ({
    movementId: feeId,
    amount: amount.negated(),
    counterparty: to,
    details,
  }),
  violation: ({ amount }, after) => overspent('FeeCharged', amount, after),
  uses: ({ amount }) => ({ amount, direction: 'out', kind: 'fee' }),
  counterpart: ({ feeId, to }) => ({ walletId: to, id: feeId, half: 'sent' }),
});
export type FeeCharged = EventOf<typeof FeeCharged>;

/** A fee, on the wallet that gets it. */
export const FeeReceived = defineEvent('FeeReceived', {
  fields: { ...fields, from: walletId, amount: money, details },
  evolve: (wallet, { amount }) => post(wallet, amount),
  postings: ({ amount }, walletId) => moved('transfers', walletId, amount),
  statement: ({ feeId, from, amount, details }) => ({ movementId: feeId, amount, counterparty: from, details }),
  violation: ({ amount }) => notPositive(amount),
  uses: ({ amount }) => ({ amount, direction: 'in', kind: 'fee' }),
  counterpart: ({ feeId, from }) => ({ walletId: from, id: feeId, half: 'received' }),
  scope: ({ from }) => from,
});
export type FeeReceived = EventOf<typeof FeeReceived>;

export const feeNotFound = defineRejection('fee_not_found', {
  kind: 'not_found',
  title: 'No such fee schedule',
  meaning: 'No fee schedule of this name was defined.',
  remedy: 'Define it with `POST /v1/fees`, or name another one. Use a new key.',
})<{ fee: string }>();

export const feeNeedsBooking = defineRejection('fee_needs_booking', {
  kind: 'refused',
  title: 'A pending movement has no fee',
  meaning: '`fee` was given for a movement that is only announced.',
  remedy: 'Leave the fee out, or leave `pending` out. Charge a fee for what was settled by a transfer.',
})<{ fee: string }>();

export const feeInOtherCurrency = defineRejection('fee_in_other_currency', {
  kind: 'refused',
  title: 'The fee schedule is for another currency',
  meaning: 'A fee schedule charges in one currency. `details` has that of the schedule and that of the amount.',
  remedy: 'Name a schedule of the currency of the amount, under a new key.',
})<{ fee: string; charges: string; amount: Money }>();

export const feeAboveAmount = defineRejection('fee_above_amount', {
  kind: 'refused',
  title: 'The fee leaves nothing of the amount',
  meaning: 'The schedule takes its fee out of the amount, and the fee is as large as the amount or larger.',
  remedy: 'Move more, or name a schedule that charges on top.',
})<{ fee: string; amount: Money; charged: Money }>();

/** A rejection of a fee for a movement that is only announced. */
export function refuseWhilePending({ fee, pending }: { readonly fee?: string; readonly pending?: true }) {
  return pending && fee !== undefined ? reject(feeNeedsBooking, { fee }) : undefined;
}

/** What a movement may be refused with where it names a fee (`planFee`), in the order of the code. */
export const PLANNED_FEE_REJECTIONS = [feeNotFound, feeInOtherCurrency, feeAboveAmount] as const;

/** What a command says of its fee. */
interface Asked {
  readonly fee?: string;
  /** What was found under that name. */
  readonly schedule?: FeeSchedule;
}

/** What is moved, and what the fee of it is. */
interface Planned {
  readonly refused?: undefined;
  /** What is booked as the movement itself. */
  readonly moved: Money;
  /** Undefined where nothing is charged. */
  readonly fee?: PlannedFee;
}

interface Refused {
  readonly refused: Rejected<CodeOf<typeof PLANNED_FEE_REJECTIONS>>;
}

interface PlannedFee {
  readonly schedule: FeeSchedule;
  /** Above zero. */
  readonly amount: Money;
}

/**
 * What a movement and its fee come to. Whoever pays a deposit is outside, so a fee on top of it is brought in with the amount. Whoever pays a
 * withdrawal or a transfer is the wallet, so a fee inside is taken out of what is moved.
 *
 * @param amount above zero
 * @param direction of the movement, for the wallet that pays the fee
 */
export function planFee({ fee, schedule }: Asked, amount: Money, direction: 'in' | 'out'): Planned | Refused {
  if (fee === undefined) return { moved: amount };
  if (!schedule) return { refused: reject(feeNotFound, { fee }) };
  if (schedule.currency !== amount.currency.code)
    return { refused: reject(feeInOtherCurrency, { fee, charges: schedule.currency, amount }) };
  const charged = feeFor(schedule, amount);
  const inside = schedule.mode === 'inside';
  if (inside && !charged.lessThan(amount)) return { refused: reject(feeAboveAmount, { fee, amount, charged }) };
  if (charged.isZero()) return { moved: amount };
  const planned = { schedule, amount: charged };
  if (direction === 'in') return { moved: inside ? amount : amount.plus(charged), fee: planned };
  return { moved: inside ? amount.minus(charged) : amount, fee: planned };
}

/** Who pays a fee, and for what. */
interface Payment {
  readonly payer: string;
  readonly movementId: string;
  readonly details: MovementDetails;
}

/** The movement of the wallet that the command was sent to, and its fee, which that wallet pays. */
export function acceptWithFee(
  { fee }: Planned,
  movement: AddressedEvent<AddressedEvent['event'] & Omit<Payment, 'payer'>>,
  { wallet, walletOf, refuse, after }: Context,
) {
  if (!fee) return accept(movement);
  const { walletId: payer, event } = movement;
  const walletNow: Wallets = (id) => (id === payer ? after(wallet, event) : walletOf(id));
  const charged = chargeFee(fee, { payer, movementId: event.movementId, details: event.details }, walletNow, refuse);
  return charged.kind === 'rejected' ? charged : accept(movement, ...charged.events);
}

/**
 * The fee of a movement alone.
 *
 * @param walletNow the wallets as the movement leaves them
 */
export function chargeFee(
  { amount, schedule }: PlannedFee,
  { payer, movementId, details }: Payment,
  walletNow: Wallets,
  refuse: Context['refuse'],
) {
  const { feeWallet } = schedule;
  const [wallet, taker] = [walletNow(payer), walletNow(feeWallet)];
  if (taker.status === 'absent') return reject(walletNotFound, { walletId: feeWallet });
  if (feeWallet === payer) return reject(sameWallet, { walletId: payer });
  const common = { feeId: feeIdOf(movementId), movementId, amount, details };
  const by = { schedule: schedule.name, scheduleVersion: schedule.version };
  return (
    refuse({ walletId: feeWallet, wallet: taker, direction: 'in', amount, kind: 'fee' }) ??
    refuse({ walletId: payer, wallet, direction: 'out', amount, kind: 'fee' }) ??
    accept(
      { walletId: payer, event: FeeCharged({ ...common, ...by, to: feeWallet }) },
      { walletId: feeWallet, event: FeeReceived({ ...common, ...by, from: payer }) },
    )
  );
}

/** The id of the fee of a movement: `fe_` in place of the prefix, as in `fe_5w2b…` for `mv_5w2b…`. */
export function feeIdOf(movementId: string): string {
  return `fe_${movementId.slice(movementId.indexOf('_') + 1)}`;
}

/** The wallets that a command with a fee touches, the fee's last, each once. */
export function withFeeWallet({ schedule }: Asked, walletIds: readonly string[]): readonly string[] {
  if (!schedule || walletIds.includes(schedule.feeWallet)) return walletIds;
  return [...walletIds, schedule.feeWallet];
}

const feeAnswer = z
  .object({
    feeId: idText,
    schedule: feeScheduleName,
    version: z.number().int().min(1).meta({ description: 'Of the schedule.' }),
    amount: amountText,
    currency: currencyCode,
  })
  .meta({ id: 'ChargedFee', description: 'A fee that was charged, or that a dry run would charge.' });

/** What the answer to a command says of its fees. */
export const FEES_TOLD: CommandTells = {
  schema: { fees: z.array(feeAnswer).optional().meta({ description: 'What was charged; absent where nothing was.' }) },
  of: (events) => {
    const fees = events.flatMap(({ event }) => (isFee(event) ? [told(event)] : []));
    return fees.length === 0 ? undefined : { fees };
  },
};

function isFee(event: AddressedEvent['event']): event is FeeCharged {
  return event.type === FeeCharged.type;
}

function told({ feeId, schedule, scheduleVersion: version, amount }: FeeCharged) {
  return { feeId, schedule, version, ...amount.toJSON() };
}
