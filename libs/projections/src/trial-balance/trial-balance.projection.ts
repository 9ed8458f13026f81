import { Money } from '@tidemark/money';
import { postingsOf, trialBalanceLineOf } from '@tidemark/wallet';
import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Projection } from '../projection.js';
import { decimal, sumColumns } from '../table-columns.js';

export const accountTotals = pgTable(
  'account_totals',
  {
    ...sumColumns(),
    account: text('account').notNull(),
    currency: text('currency').notNull(),
    debit: decimal('debit').notNull(),
    credit: decimal('credit').notNull(),
  },
  (table) => [primaryKey({ columns: [table.generation, table.region, table.shard, table.account, table.currency] })],
);

/**
 * The trial balance: what was debited and credited to each account of the outside, to all wallets together and in transit,
 * currency by currency. Each event adds as much to the debits as to the credits, so they are equal at every place in the log.
 */
export const trialBalance: Projection<never> = {
  name: 'trial_balance',
  version: 1,
  totals: accountTotals,
  apply: (_, event, { walletId }) => ({
    totals: postingsOf(walletId, event).map(({ account, amount }) => {
      const zero = Money.zero(amount.currency);
      const [debit, credit] = amount.isNegative() ? [amount.abs(), zero] : [zero, amount];
      return [trialBalanceLineOf(account), amount.currency.code, debit.toString(), credit.toString()];
    }),
  }),
};
