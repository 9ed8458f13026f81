import { describe, expect, it } from 'vitest';
import { deposited, eur, opened, projected, recorded } from '../given-events.js';
import { dailyTotals } from './daily-totals.projection.js';

describe('daily totals', () => {
  it('count each movement once, under its day, currency and type', () => {
    const details = { effectiveAt: '1993-01-05T00:00:00.000Z' };
    const { totals } = projected(
      dailyTotals,
      opened,
      deposited('5.00', details),
      { type: 'OverdraftLimitChanged', limit: eur('9.00') },
      { type: 'FundsWithdrawn', movementId: 'o', amount: eur('7.50'), details },
    );
    expect(totals).toEqual([
      ['2026-01-02', 'EUR', 'FundsDeposited', '5.00', '1'],
      ['2026-01-04', 'EUR', 'FundsWithdrawn', '7.50', '1'],
    ]);
  });

  it.each([
    ['2026-01-31T23:59:59.999Z', '2026-01-31'],
    ['2026-02-01T00:00:00.000Z', '2026-02-01'],
  ])('what was recorded at %s belongs to %s', (recordedAt, day) => {
    const event = deposited('5.00');
    const { totals } = dailyTotals.apply(undefined, event, { ...recorded(event, 2), recordedAt });
    expect(totals![0]![0]).toBe(day);
  });
});
