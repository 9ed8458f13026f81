import type { Money } from '@tidemark/money';
import { defineCommand, type CommandOf } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { defineRejection } from '../declaring/rejection.js';
import { moneyIn, walletId } from '../fields/fields.js';
import { amountText } from '../fields/input-rules.js';
import { refuseWithoutRoom } from '../room.js';
import { textOf } from '../violations.js';
import { tooManyCurrencies } from '../rejections.js';
import { balanceOf, withBalance } from '../wallet.js';

const limit = moneyIn(
  'overdraft',
  amountText.meta({ description: 'How far below zero the balance may go; 0 forbids it.' }),
);

export const OverdraftLimitChanged = defineEvent('OverdraftLimitChanged', {
  fields: { limit },
  evolve: (wallet, { limit }) => withBalance(wallet, { ...balanceOf(wallet, limit.currency), overdraftLimit: limit }),
  postings: () => [],
  statement: () => undefined,
  violation: ({ limit }) => (limit.isNegative() ? `the overdraft limit is negative: ${textOf(limit)}` : undefined),
});
export type OverdraftLimitChanged = EventOf<typeof OverdraftLimitChanged>;

export const limitNegative = defineRejection('limit_negative', {
  kind: 'refused',
  title: 'The limit is negative',
  meaning: 'An overdraft limit is how far below zero a balance may go, and has no sign.',
  remedy: 'Send zero or more under a new key.',
})<{ limit: Money }>();

export const changeOverdraftLimit = defineCommand('ChangeOverdraftLimit', {
  http: {
    path: 'v1/wallets/:walletId/limits',
    tag: 'Movements',
    operationId: 'setOverdraftLimit',
    summary: 'Set the overdraft limit',
    description: 'For one currency. What is overdrawn already stays; it only forbids to go further.',
    done: 'The limit holds from now on.',
  },
  fields: { walletId, limit },
  rejects: [limitNegative, tooManyCurrencies],
  decide({ walletId, limit }, { wallet }) {
    if (limit.isNegative()) return reject(limitNegative, { limit });
    return (
      refuseWithoutRoom(limit.currency, walletId, wallet) ??
      accept({ walletId, event: OverdraftLimitChanged({ limit }) })
    );
  },
});
export type ChangeOverdraftLimit = CommandOf<typeof changeOverdraftLimit>;
