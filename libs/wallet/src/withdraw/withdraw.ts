import { moved } from '../accounts.js';
import { defineCommand, type CommandOf } from '../declaring/command.js';
import { reject } from '../declaring/decision.js';
import { MOVEMENT_ID } from '../declaring/derived-id.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { internal, optional } from '../declaring/field.js';
import {
  acceptWithFee,
  feeNeedsBooking,
  FEES_TOLD,
  PLANNED_FEE_REJECTIONS,
  planFee,
  refuseWhilePending,
  withFeeWallet,
} from '../fees/charge-fee.js';
import { details, feeName, flag, id, instant, literal, money, outsideAccount, walletId } from '../fields/fields.js';
import { refuseWithoutRoom } from '../room.js';
import { notPositive, overspent } from '../violations.js';
import { accountOutside, namedOutside, outsideIn } from '../outside/outside.js';
import { announce, ANNOUNCEMENT_REJECTIONS } from '../pending/announce.js';
import {
  amountNotPositive,
  MONEY_OUT_REJECTIONS,
  sameWallet,
  tooManyCurrencies,
  walletNotFound,
} from '../rejections.js';
import {
  factsOfReference,
  refuseReference,
  REFERENCE_REJECTIONS,
  takenReference,
  withUnique,
} from '../unique-reference/unique-reference.js';
import { post } from '../wallet.js';

/** Set on imported history only: the movement happened, whatever the limit says. */
const overdraft = internal(optional(literal('unlimited')));

export const FundsWithdrawn = defineEvent('FundsWithdrawn', {
  fields: {
    ...{ movementId: id, amount: money, details, overdraft, destination: optional(outsideAccount) },
    uniqueReference: flag,
  },
  evolve: (wallet, { amount }) => post(wallet, amount.negated()),
  postings: (event, walletId) => moved(accountOutside(event), walletId, event.amount.negated()),
  statement: (event) => ({
    movementId: event.movementId,
    amount: event.amount.negated(),
    ...namedOutside(event),
    details: event.details,
  }),
  uses: ({ amount, overdraft }) =>
    overdraft === 'unlimited' ? undefined : { amount, direction: 'out', kind: 'withdrawal' },
  violation: ({ amount, overdraft }, after) =>
    overdraft === 'unlimited' ? notPositive(amount) : overspent('FundsWithdrawn', amount, after),
  facts: (event) => takenReference('withdrawal', event.movementId, event),
});
export type FundsWithdrawn = EventOf<typeof FundsWithdrawn>;

export const withdraw = defineCommand('Withdraw', {
  http: {
    path: 'v1/wallets/:walletId/withdrawals',
    tag: 'Movements',
    operationId: 'withdraw',
    summary: 'Withdraw',
    description:
      'As far as the balance and the overdraft limit allow. At once; or, with `pending`, reserved until it is settled, ' +
      'fails or expires. With `uniqueReference` its `reference` serves one withdrawal of the wallet.',
    done: 'The money is gone.',
  },
  fields: {
    ...{ walletId, amount: money, details, overdraft, pending: flag, expiresAt: optional(instant) },
    destination: optional(outsideAccount),
    uniqueReference: flag,
    fee: optional(feeName),
  },
  derives: { movementId: MOVEMENT_ID },
  rejects: [
    amountNotPositive,
    feeNeedsBooking,
    ...PLANNED_FEE_REJECTIONS,
    ...REFERENCE_REJECTIONS,
    ...ANNOUNCEMENT_REJECTIONS,
    ...MONEY_OUT_REJECTIONS,
    walletNotFound,
    sameWallet,
    tooManyCurrencies,
  ],
  needs: ({ fee }) => (fee === undefined ? undefined : { fee }),
  wallets: (command) => withFeeWallet(command, [command.walletId]),
  tells: FEES_TOLD,
  facts: (command) => factsOfReference('withdrawal', command.walletId, command),
  decide(command, context) {
    const { walletId, movementId, amount, overdraft, details, destination } = command;
    const { wallet, refuse } = context;
    if (!amount.isPositive()) return reject(amountNotPositive, { amount });
    const early = refuseWhilePending(command);
    if (early) return early;
    const plan = planFee(command, amount, 'out');
    if (plan.refused) return plan.refused;
    const refused = () =>
      overdraft === 'unlimited'
        ? refuseWithoutRoom(amount.currency, walletId, wallet)
        : refuse({ walletId, wallet, direction: 'out', amount: plan.moved, kind: 'withdrawal' });
    const event = FundsWithdrawn({
      ...{ movementId, amount: plan.moved, details, ...(overdraft && { overdraft }) },
      ...outsideIn('out', destination),
      ...withUnique(command),
    });
    return (
      refuseReference('withdrawal', walletId, command, context) ??
      announce('out', walletId, command, context, refused) ??
      refused() ??
      acceptWithFee(plan, { walletId, event }, context)
    );
  },
});
export type Withdraw = CommandOf<typeof withdraw>;
