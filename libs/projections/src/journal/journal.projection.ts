import { postingsOf } from '@tidemark/wallet';
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
    if (!('amount' in event)) return {};
    const movementId = 'movementId' in event ? event.movementId : event.transferId;
    const { effectiveAt = null } = event.details;
    const lines = postingsOf(walletId, event).map(({ account, amount }) => [
      ...[account, amount.toString(), amount.currency.code, event.type, movementId],
      ...[effectiveAt, recordedAt],
    ]);
    return { lines };
  },
};
