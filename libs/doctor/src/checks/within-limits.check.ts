import { balanceOf } from '@tidemark/wallet';
import type { Money } from '@tidemark/money';
import type { PageCheck } from '../wallets/page.js';
import type { JudgedEvent } from '../wallets/wallet-fold.js';

/**
 * Amounts are positive, limits are not negative, and whatever takes money away leaves the wallet at its limit or above.
 * Imported history may go below it (`overdraft: "unlimited"`), and so may a wallet whose limit was lowered.
 */
export const withinLimits: PageCheck = {
  name: 'within_limits',
  check({ slices, report }) {
    for (const { walletId, events } of slices) {
      for (const judged of events) {
        const message = problemOf(judged);
        if (message) report({ invariant: 'within_limits', walletId, version: judged.recorded.version, message });
      }
    }
  },
};

function problemOf({ event, after }: JudgedEvent): string | undefined {
  switch (event?.type) {
    case 'OverdraftLimitChanged':
      return event.limit.isNegative() ? `the overdraft limit is negative: ${textOf(event.limit)}` : undefined;
    case 'FundsDeposited':
    case 'TransferReceived':
      return notPositive(event.amount);
    case 'FundsWithdrawn':
    case 'TransferSent': {
      const unlimited = event.type === 'FundsWithdrawn' && event.overdraft === 'unlimited';
      if (!event.amount.isPositive() || unlimited || !after) return notPositive(event.amount);
      const { posted, overdraftLimit } = balanceOf(after, event.amount.currency);
      if (!posted.plus(overdraftLimit).isNegative()) return undefined;
      return `${event.type} of ${textOf(event.amount)} leaves ${textOf(posted)}, the limit is ${overdraftLimit.negated()}`;
    }
    default:
      return undefined;
  }
}

function notPositive(amount: Money): string | undefined {
  return amount.isPositive() ? undefined : `the amount is not positive: ${textOf(amount)}`;
}

function textOf(amount: Money): string {
  return `${amount} ${amount.currency.code}`;
}
