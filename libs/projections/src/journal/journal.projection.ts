import { postingsOf, statementLineOf } from '@tidemark/wallet';
import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Projection } from '../projection.js';
import { instant, lineColumns } from '../table-columns.js';

export const journalEntries = pgTable(
  'journal_entries',
  {
    ...lineColumns(),
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

/**
 * The journal: double entry, a line for each posting of each event (the chart of accounts is beside `postingsOf`).
 * The lines of one event are one entry and sum to zero in each currency. Amounts are canonical and signed.
 */
export const journal: Projection<never> = {
  name: 'journal',
  version: 1,
  lines: journalEntries,
  apply(_, event, { walletId, recordedAt }) {
    const postings = postingsOf(walletId, event);
    if (postings.length === 0) return {};
    const { movementId = null, details: { effectiveAt = null } = {} } = statementLineOf(event) ?? {};
    const lines = postings.map(({ account, amount }) => [
      ...[account, amount.toString(), amount.currency.code, event.type, movementId],
      ...[effectiveAt, recordedAt],
    ]);
    return { lines };
  },
};
