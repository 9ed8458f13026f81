import { defineCommand } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional } from '../declaring/field.js';
import { defineRejection } from '../declaring/rejection.js';
import { id, instant, reason, walletId } from '../fields/fields.js';
import { expiryPassed } from '../rejections.js';
import { isDue, NO_RESERVATIONS, withoutReservation, withReservation } from '../reservations.js';
import { counted, type Wallet } from '../wallet.js';
import { holdNotOpen, holds, openHold, withoutHold } from './holds-part.js';

const released = (wallet: Wallet, { holdId }: { readonly holdId: string }) =>
  counted(holds.put(wallet, withoutReservation(holds.of(wallet), holdId, NO_RESERVATIONS)));

export const HoldVoided = defineEvent('HoldVoided', {
  fields: { holdId: id, reason: optional(reason) },
  evolve: released,
  postings: () => [],
  statement: () => undefined,
  violation: ({ holdId }, _, before) => withoutHold(holdId, before),
});
export type HoldVoided = EventOf<typeof HoldVoided>;

export const HoldExpired = defineEvent('HoldExpired', {
  fields: { holdId: id },
  evolve: released,
  postings: () => [],
  statement: () => undefined,
  violation: ({ holdId }, _, before) => withoutHold(holdId, before),
});
export type HoldExpired = EventOf<typeof HoldExpired>;

export const HoldExtended = defineEvent('HoldExtended', {
  fields: { holdId: id, expiresAt: instant },
  evolve: (wallet, { holdId, expiresAt }) => {
    const all = holds.of(wallet);
    const one = all.byId.get(holdId);
    return counted(one ? holds.put(wallet, withReservation(all, holdId, { ...one, expiresAt })) : wallet);
  },
  postings: () => [],
  statement: () => undefined,
  violation: ({ holdId }, _, before) => withoutHold(holdId, before),
});
export type HoldExtended = EventOf<typeof HoldExtended>;

export const holdNotDue = defineRejection('hold_not_due', {
  kind: 'refused',
  title: 'The hold has not expired yet',
  meaning: 'The time at which the hold expires has not come.',
  remedy: 'Nothing is to be done.',
})<{ walletId: string; holdId: string }>();

export const voidHold = defineCommand('VoidHold', {
  http: {
    path: 'v1/wallets/:walletId/holds/:holdId/void',
    tag: 'Movements',
    operationId: 'voidHold',
    summary: 'Release a hold',
    description: 'What is left of it is available again. A voided hold can never be captured.',
    done: 'The hold is gone.',
  },
  fields: { walletId, holdId: id, reason: optional(reason) },
  rejects: [holdNotOpen],
  decide({ walletId, holdId, reason }, { wallet, now }) {
    if (!openHold(wallet, holdId, now)) return reject(holdNotOpen, { walletId, holdId });
    return accept({ walletId, event: HoldVoided({ holdId, ...(reason !== undefined && { reason }) }) });
  },
});

export const extendHold = defineCommand('ExtendHold', {
  http: {
    path: 'v1/wallets/:walletId/holds/:holdId/extend',
    tag: 'Movements',
    operationId: 'extendHold',
    summary: 'Change when a hold expires',
    done: 'The hold expires at the new time.',
  },
  fields: { walletId, holdId: id, expiresAt: instant },
  rejects: [holdNotOpen, expiryPassed],
  decide({ walletId, holdId, expiresAt }, { wallet, now }) {
    if (!openHold(wallet, holdId, now)) return reject(holdNotOpen, { walletId, holdId });
    if (expiresAt <= now) return reject(expiryPassed, { expiresAt, now });
    return accept({ walletId, event: HoldExtended({ holdId, expiresAt }) });
  },
});

/** Writes down that a hold has expired. The worker sends it; nothing depends on when. */
export const expireHold = defineCommand('ExpireHold', {
  fields: { walletId, holdId: id },
  onClosed: true,
  rejects: [holdNotOpen, holdNotDue],
  decide({ walletId, holdId }, { wallet, now }) {
    const hold = holds.of(wallet).byId.get(holdId);
    if (!hold) return reject(holdNotOpen, { walletId, holdId });
    if (!isDue(hold, now)) return reject(holdNotDue, { walletId, holdId });
    return accept({ walletId, event: HoldExpired({ holdId }) });
  },
});
