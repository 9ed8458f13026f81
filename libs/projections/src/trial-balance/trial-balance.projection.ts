import { Money } from '@tidemark/money';
import { accountClassOf, postingsOf } from '@tidemark/wallet';
import type { Projection } from '../projection.js';

/**
 * The trial balance: what was debited and credited to each class of accounts, currency by currency. Each event adds as
 * much to the debits as to the credits, so they are equal at every place in the log.
 */
export const trialBalance: Projection<never> = {
  name: 'trial_balance',
  version: 1,
  totals: {
    name: 'account_totals',
    key: { account: 'text', currency: 'text' },
    sums: { debit: 'decimal', credit: 'decimal' },
  },
  apply: (_, event, { walletId }) => ({
    totals: postingsOf(walletId, event).map(({ account, amount }) => {
      const zero = Money.zero(amount.currency);
      const [debit, credit] = amount.isNegative() ? [amount.abs(), zero] : [zero, amount];
      return [accountClassOf(account), amount.currency.code, debit.toString(), credit.toString()];
    }),
  }),
};
