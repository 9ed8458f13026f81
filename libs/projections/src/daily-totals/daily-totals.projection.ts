import { statementLineOf } from '@tidemark/wallet';
import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Projection } from '../projection.js';
import { date, decimal, sumColumns } from '../table-columns.js';

export const totalsByDay = pgTable(
  'daily_totals',
  {
    ...sumColumns(),
    day: date('day').notNull(),
    currency: text('currency').notNull(),
    type: text('type').notNull(),
    amount: decimal('amount').notNull(),
    count: decimal('count').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.generation, table.region, table.day, table.currency, table.type, table.shard] }),
  ],
);

/** Daily totals: how much was moved, and how often, by day (UTC, of recording), currency and type of event. */
export const dailyTotals: Projection<never> = {
  name: 'daily_totals',
  version: 1,
  totals: totalsByDay,
  apply(_, event, { recordedAt }) {
    const line = statementLineOf(event);
    if (!line) return {};
    const { amount } = line;
    const day = recordedAt.slice(0, 'YYYY-MM-DD'.length);
    return { totals: [[day, amount.currency.code, event.type, amount.abs().toString(), '1']] };
  },
};
