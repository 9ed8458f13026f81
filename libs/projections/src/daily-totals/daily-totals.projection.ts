import { statementLineOf } from '@tidemark/wallet';
import type { Projection } from '../projection.js';

/** Daily totals: how much was moved, and how often, by day (UTC, of recording), currency and type of event. */
export const dailyTotals: Projection<never> = {
  name: 'daily_totals',
  version: 1,
  totals: {
    name: 'daily_totals',
    key: { day: 'date', currency: 'text', type: 'text' },
    sums: { amount: 'decimal', count: 'decimal' },
  },
  apply(_, event, { recordedAt }) {
    const line = statementLineOf(event);
    if (!line) return {};
    const { amount } = line;
    const day = recordedAt.slice(0, 'YYYY-MM-DD'.length);
    return { totals: [[day, amount.currency.code, event.type, amount.abs().toString(), '1']] };
  },
};
