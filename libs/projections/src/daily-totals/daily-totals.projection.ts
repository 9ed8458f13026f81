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
    if (!('amount' in event)) return {};
    const { amount, type } = event;
    const day = recordedAt.slice(0, 'YYYY-MM-DD'.length);
    return { totals: [[day, amount.currency.code, type, amount.toString(), '1']] };
  },
};
