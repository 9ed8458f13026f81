import type { Money } from '@tidemark/money';
import { moved } from '../accounts.js';
import { defineCommand } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional } from '../declaring/field.js';
import { defineRejection } from '../declaring/rejection.js';
import { details, flag, id, money, outsideAccount, walletId } from '../fields/fields.js';
import { life } from '../life/life-part.js';
import { accountOutside, namedOutside, outsideIn } from '../outside/outside.js';
import { amountNotPositive, MONEY_IN_REJECTIONS, sameWallet, walletFrozen, walletNotFound } from '../rejections.js';
import { NO_RESERVATIONS, withoutReservation, withReservation } from '../reservations.js';
import { TransferReceived } from '../transfer/transfer.js';
import { notPositive, textOf } from '../violations.js';
import { post, type Wallet } from '../wallet.js';
import { holdNotOpen, holds, openHold, withoutHold } from './holds-part.js';

export const HoldCaptured = defineEvent('HoldCaptured', {
  fields: {
    ...{ holdId: id, captureId: id, to: optional(walletId), amount: money, final: flag, details },
    destination: optional(outsideAccount),
  },
  evolve: (wallet, { holdId, amount, final }) =>
    post(reduced(wallet, holdId, amount, final === true), amount.negated()),
  postings: (event, walletId) =>
    moved(event.to === undefined ? accountOutside(event) : 'transfers', walletId, event.amount.negated()),
  statement: (event) => ({
    movementId: event.captureId,
    amount: event.amount.negated(),
    ...(event.to === undefined ? namedOutside(event) : { counterparty: event.to }),
    details: event.details,
  }),
  // The money was set aside when the hold was placed, so a capture never overdraws more than the hold did.
  violation: ({ holdId, amount }, _, before) =>
    notPositive(amount) ?? withoutHold(holdId, before) ?? aboveHold(holdId, amount, before),
  counterpart: ({ captureId, to }) => (to === undefined ? undefined : { walletId: to, id: captureId, half: 'sent' }),
});
export type HoldCaptured = EventOf<typeof HoldCaptured>;

function aboveHold(holdId: string, amount: Money, before: Wallet | undefined): string | undefined {
  const left = before && holds.of(before).byId.get(holdId)?.amount;
  if (!left) return undefined;
  const fits = left.currency.code === amount.currency.code && !left.lessThan(amount);
  return fits ? undefined : `${textOf(amount)} was captured of hold ${holdId}, of which ${textOf(left)} was left`;
}

/** Without the captured part of a hold; without all of it where nothing is left or the capture is final. */
function reduced(wallet: Wallet, holdId: string, amount: Money, final: boolean): Wallet {
  const all = holds.of(wallet);
  const hold = all.byId.get(holdId);
  if (!hold) return wallet;
  const left = hold.amount.minus(amount);
  if (final || !left.isPositive()) return holds.put(wallet, withoutReservation(all, holdId, NO_RESERVATIONS));
  return holds.put(wallet, withReservation(all, holdId, { ...hold, amount: left }));
}

export const captureAboveHold = defineRejection('capture_above_hold', {
  kind: 'refused',
  title: 'The capture is larger than what is left of the hold',
  meaning: 'The capture is above what is left of the hold, or in another currency. `details` has both amounts.',
  remedy: 'Capture at most what is left.',
})<{ walletId: string; holdId: string; requested: Money; left: Money }>();

export const twoDestinations = defineRejection('two_destinations', {
  kind: 'refused',
  title: 'A capture has one destination',
  meaning: 'The capture names a wallet in `to` and an account of the outside in `destination`.',
  remedy: 'Send one of them, under a new key.',
})<{ to: string; destination: string }>();

export const captureHold = defineCommand('CaptureHold', {
  http: {
    path: 'v1/wallets/:walletId/holds/:holdId/capture',
    tag: 'Movements',
    operationId: 'captureHold',
    summary: 'Book a hold, or a part of it',
    description:
      'Without an amount: all that is left. To the wallet `to`, else to the outside, whose account `destination` may name. ' +
      '`final` releases what is left after it.',
    done: 'The captured amount is booked.',
  },
  fields: {
    ...{ walletId, holdId: id, amount: optional(money), to: optional(walletId), final: flag, details },
    destination: optional(outsideAccount),
  },
  derives: { captureId: { kind: 'capture', prefix: 'cp' } },
  rejects: [
    twoDestinations,
    sameWallet,
    walletNotFound,
    holdNotOpen,
    amountNotPositive,
    captureAboveHold,
    ...MONEY_IN_REJECTIONS,
  ],
  wallets: ({ walletId, to }) => (to === undefined || to === walletId ? [walletId] : [walletId, to]),
  decide(command, { wallet, walletOf, now, refuse }) {
    const { walletId, holdId, captureId, amount, to, final, details, destination: outside } = command;
    if (to !== undefined && outside !== undefined) return reject(twoDestinations, { to, destination: outside });
    if (to === walletId) return reject(sameWallet, { walletId });
    const destination = to === undefined ? undefined : walletOf(to);
    if (destination?.status === 'absent') return reject(walletNotFound, { walletId: to! });
    const hold = openHold(wallet, holdId, now);
    if (!hold) return reject(holdNotOpen, { walletId, holdId });
    const captured = amount ?? hold.amount;
    if (!captured.isPositive()) return reject(amountNotPositive, { amount: captured });
    if (captured.currency.code !== hold.amount.currency.code || hold.amount.lessThan(captured)) {
      return reject(captureAboveHold, { walletId, holdId, requested: captured, left: hold.amount });
    }
    const { frozen } = life.of(wallet);
    if (frozen.includes('debits')) return reject(walletFrozen, { walletId, frozen });
    const event = HoldCaptured({
      ...{ holdId, captureId, amount: captured, details },
      ...(to !== undefined && { to }),
      ...(final && { final }),
      ...outsideIn('out', outside),
    });
    if (to === undefined || !destination) return accept({ walletId, event });
    return (
      refuse({ walletId: to, wallet: destination, direction: 'in', amount: captured, kind: 'transfer' }) ??
      accept(
        { walletId, event },
        { walletId: to, event: TransferReceived({ transferId: captureId, from: walletId, amount: captured, details }) },
      )
    );
  },
});
