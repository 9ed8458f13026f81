import { moved } from '../accounts.js';
import { defineCommand, type CommandOf } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { details, id, money, walletId } from '../fields/fields.js';
import { notPositive, refuseWithoutRoom } from '../funds.js';
import { amountNotPositive, tooManyCurrencies } from '../rejections.js';
import { post } from '../wallet.js';

export const FundsDeposited = defineEvent('FundsDeposited', {
  fields: { movementId: id, amount: money, details },
  evolve: (wallet, { amount }) => post(wallet, amount),
  postings: ({ amount }, walletId) => moved('world', walletId, amount),
  statement: ({ movementId, amount, details }) => ({ movementId, amount, details }),
  violation: ({ amount }) => notPositive(amount),
});
export type FundsDeposited = EventOf<typeof FundsDeposited>;

export const deposit = defineCommand('Deposit', {
  http: {
    path: 'v1/wallets/:walletId/deposits',
    tag: 'Movements',
    operationId: 'deposit',
    summary: 'Deposit',
    done: 'The money is there.',
  },
  fields: { walletId, amount: money, details },
  derives: { movementId: 'movement' },
  rejects: [amountNotPositive, tooManyCurrencies],
  decide({ walletId, movementId, amount, details }, { wallet }) {
    if (!amount.isPositive()) return reject(amountNotPositive, { amount });
    return (
      refuseWithoutRoom(amount.currency, walletId, wallet) ??
      accept({ walletId, event: FundsDeposited({ movementId, amount, details }) })
    );
  },
});
export type Deposit = CommandOf<typeof deposit>;
