import { customType, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, int8, position } from './schema.js';

/** `YYYY-MM-DD`. */
const day = customType<{ data: string; driverData: string }>({ dataType: () => 'date' });
/** Always selected as text, and added up by the database. */
const sum = customType<{ data: string; driverData: string }>({ dataType: () => 'numeric' });

export const journalEntries = pgTable(
  'journal_entries',
  {
    generation: int8('generation').notNull(),
    region: text('region').notNull(),
    walletId: text('wallet_id').notNull(),
    version: int8('version').notNull(),
    line: integer('line').notNull(),
    position: position('position').notNull(),
    account: text('account').notNull(),
    amount: text('amount').notNull(),
    currency: text('currency').notNull(),
    type: text('type').notNull(),
    movementId: text('movement_id').notNull(),
    effectiveAt: instant('effective_at'),
    recordedAt: instant('recorded_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.generation, table.region, table.walletId, table.version, table.line] })],
);

export const accountTotals = pgTable(
  'account_totals',
  {
    generation: int8('generation').notNull(),
    region: text('region').notNull(),
    shard: integer('shard').notNull(),
    account: text('account').notNull(),
    currency: text('currency').notNull(),
    debit: sum('debit').notNull(),
    credit: sum('credit').notNull(),
  },
  (table) => [primaryKey({ columns: [table.generation, table.region, table.shard, table.account, table.currency] })],
);

export const dailyTotals = pgTable(
  'daily_totals',
  {
    generation: int8('generation').notNull(),
    region: text('region').notNull(),
    shard: integer('shard').notNull(),
    day: day('day').notNull(),
    currency: text('currency').notNull(),
    type: text('type').notNull(),
    amount: sum('amount').notNull(),
    count: sum('count').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.generation, table.region, table.day, table.currency, table.type, table.shard] }),
  ],
);
