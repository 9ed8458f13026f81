import { moved } from '../accounts.js';
import { defineCommand, type CommandOf } from '../declaring/command.js';
import { reject } from '../declaring/decision.js';
import { MOVEMENT_ID } from '../declaring/derived-id.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional } from '../declaring/field.js';
import {
  acceptWithFee,
  feeNeedsBooking,
  FEES_TOLD,
  PLANNED_FEE_REJECTIONS,
  planFee,
  refuseWhilePending,
  withFeeWallet,
} from '../fees/charge-fee.js';
import { details, feeName, flag, id, instant, money, outsideAccount, walletId } from '../fields/fields.js';
import { notPositive } from '../violations.js';
import { accountOutside, namedOutside, outsideIn } from '../outside/outside.js';
import { announce, ANNOUNCEMENT_REJECTIONS } from '../pending/announce.js';
import {
  amountNotPositive,
  insufficientFunds,
  MONEY_IN_REJECTIONS,
  sameWallet,
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

export const FundsDeposited = defineEvent('FundsDeposited', {
  fields: { movementId: id, amount: money, details, source: optional(outsideAccount), uniqueReference: flag },
  evolve: (wallet, { amount }) => post(wallet, amount),
  postings: (event, walletId) => moved(accountOutside(event), walletId, event.amount),
  statement: (event) => ({
    movementId: event.movementId,
    amount: event.amount,
    ...namedOutside(event),
    details: event.details,
  }),
  violation: ({ amount }) => notPositive(amount),
  uses: ({ amount }) => ({ amount, direction: 'in', kind: 'deposit' }),
  facts: (event) => takenReference('deposit', event.movementId, event),
});
export type FundsDeposited = EventOf<typeof FundsDeposited>;

export const deposit = defineCommand('Deposit', {
  http: {
    path: 'v1/wallets/:walletId/deposits',
    tag: 'Movements',
    operationId: 'deposit',
    summary: 'Deposit',
    description:
      'At once; or, with `pending`, on its way until it is settled, fails or expires. With `uniqueReference` its `reference` serves one ' +
      'deposit of the wallet.',
    done: 'The money is there.',
  },
  fields: {
    ...{ walletId, amount: money, details, pending: flag, expiresAt: optional(instant) },
    ...{ source: optional(outsideAccount), uniqueReference: flag, fee: optional(feeName) },
  },
  derives: { movementId: MOVEMENT_ID },
  rejects: [
    amountNotPositive,
    feeNeedsBooking,
    ...PLANNED_FEE_REJECTIONS,
    ...REFERENCE_REJECTIONS,
    ...ANNOUNCEMENT_REJECTIONS,
    ...MONEY_IN_REJECTIONS,
    walletNotFound,
    sameWallet,
    insufficientFunds,
  ],
  needs: ({ fee }) => (fee === undefined ? undefined : { fee }),
  wallets: (command) => withFeeWallet(command, [command.walletId]),
  tells: FEES_TOLD,
  facts: (command) => factsOfReference('deposit', command.walletId, command),
  decide(command, context) {
    const { walletId, movementId, amount, details, source } = command;
    const { wallet, refuse } = context;
    if (!amount.isPositive()) return reject(amountNotPositive, { amount });
    const early = refuseWhilePending(command);
    if (early) return early;
    const plan = planFee(command, amount, 'in');
    if (plan.refused) return plan.refused;
    const refused = () => refuse({ walletId, wallet, direction: 'in', amount: plan.moved, kind: 'deposit' });
    const event = FundsDeposited({
      movementId,
      amount: plan.moved,
      details,
      ...outsideIn('in', source),
      ...withUnique(command),
    });
    return (
      refuseReference('deposit', walletId, command, context) ??
      announce('in', walletId, command, context, refused) ??
      refused() ??
      acceptWithFee(plan, { walletId, event }, context)
    );
  },
});
export type Deposit = CommandOf<typeof deposit>;
