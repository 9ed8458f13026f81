import { defineCommand } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional } from '../declaring/field.js';
import { defineRejection } from '../declaring/rejection.js';
import { details, id, instant, money, walletId } from '../fields/fields.js';
import { amountNotPositive, expiryPassed, MONEY_OUT_REJECTIONS } from '../rejections.js';
import { dueIds, EXPIRED_AT_ONCE_MAX, withReservation } from '../reservations.js';
import { notPositive } from '../violations.js';
import { counted } from '../wallet.js';
import { holds, HOLDS_MAX } from './holds-part.js';
import { HoldExpired } from './release-hold.js';

export const FundsHeld = defineEvent('FundsHeld', {
  fields: { holdId: id, amount: money, expiresAt: optional(instant), details },
  evolve: (wallet, { holdId, amount, expiresAt }) =>
    counted(
      holds.put(
        wallet,
        withReservation(holds.of(wallet), holdId, { amount, ...(expiresAt !== undefined && { expiresAt }) }),
      ),
    ),
  postings: () => [],
  statement: () => undefined,
  violation: ({ amount }) => notPositive(amount),
  uses: ({ amount }) => ({ amount, direction: 'out', kind: 'hold' }),
});
export type FundsHeld = EventOf<typeof FundsHeld>;

export const tooManyHolds = defineRejection('too_many_holds', {
  kind: 'refused',
  title: 'The wallet has too many open holds',
  meaning: 'A wallet has a bounded number of open holds. `details` has the limit.',
  remedy: 'Capture or void some of them first.',
})<{ walletId: string; holdsMax: number }>();

export const placeHold = defineCommand('PlaceHold', {
  http: {
    path: 'v1/wallets/:walletId/holds',
    tag: 'Movements',
    operationId: 'placeHold',
    summary: 'Set money aside',
    description: 'The amount is not available any more, and not booked yet. Capture it, void it, or let it expire.',
    done: 'The money is held.',
  },
  fields: { walletId, amount: money, expiresAt: optional(instant), details },
  derives: { holdId: { kind: 'hold', prefix: 'hd' } },
  rejects: [amountNotPositive, expiryPassed, tooManyHolds, ...MONEY_OUT_REJECTIONS],
  decide({ walletId, holdId, amount, expiresAt, details }, { wallet, now, refuse }) {
    if (!amount.isPositive()) return reject(amountNotPositive, { amount });
    if (expiresAt !== undefined && expiresAt <= now) return reject(expiryPassed, { expiresAt, now });
    const due = dueIds(holds.of(wallet), now, EXPIRED_AT_ONCE_MAX);
    if (holds.of(wallet).byId.size - due.length >= HOLDS_MAX)
      return reject(tooManyHolds, { walletId, holdsMax: HOLDS_MAX });
    const refused = refuse({ walletId, wallet, direction: 'out', amount, kind: 'hold' });
    if (refused) return refused;
    const held = FundsHeld({ holdId, amount, ...(expiresAt !== undefined && { expiresAt }), details });
    return accept(...due.map((expired) => ({ walletId, event: HoldExpired({ holdId: expired }) })), {
      walletId,
      event: held,
    });
  },
});
