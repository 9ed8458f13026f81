import { postingsOf, statementLineOf } from '@tidemark/wallet';
import type { Projection } from '../projection.js';

/**
 * The journal: double entry, a line for each posting of each event (the chart of accounts is beside `postingsOf`).
 * The lines of one event are one entry and sum to zero in each currency. Amounts are canonical and signed.
 */
export const journal: Projection<never> = {
  name: 'journal',
  version: 1,
  lines: {
    name: 'journal_entries',
    columns: {
      ...{ account: 'text', amount: 'text', currency: 'text', type: 'text', movement_id: 'text' },
      ...{ effective_at: 'timestamptz', recorded_at: 'timestamptz' },
    },
  },
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
