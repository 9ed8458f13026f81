import { describe, expect, it } from 'vitest';
import { InvalidCursor } from './cursor.js';
import { dailyTotalsPlaceOf, dailyTotalsPlaceText, journalPlaceOf, journalPlaceText } from './places.js';

const time = '2026-01-31T11:00:00.000Z';

describe('places', () => {
  it('in the journal read back as they were written', () => {
    const place = { recordedAt: time, version: 17, walletId: 'a.b:c_-9' };
    expect(journalPlaceOf(journalPlaceText(place))).toEqual(place);
  });

  it('in the daily totals read back as they were written', () => {
    const place = { day: '2024-02-29', region: 'eu east 1', currency: 'EUR', type: 'FundsDeposited' };
    expect(dailyTotalsPlaceOf(dailyTotalsPlaceText(place))).toEqual(place);
  });

  it.each([
    '',
    time,
    `${time} 0 w`,
    `${time} 1`,
    `${time} 1 w x`,
    `${time} 1 w\0`,
    '2026-02-30T11:00:00.000Z 1 w',
    '2026-01-31T25:00:00.000Z 1 w',
    '0000-01-31T11:00:00.000Z 1 w',
    '2026-01-31T11:00:00.000+ 1 w',
  ])('%j is none in the journal', (text) => expect(() => journalPlaceOf(text)).toThrow(InvalidCursor));

  it.each([
    '',
    '2026-01-31',
    '2026-02-30 EUR FundsDeposited local',
    '0000-01-01 EUR FundsDeposited local',
    '2026-01-31 EUR FundsDeposited ',
    '2026-01-31 EUR FundsDeposited lo\0cal',
    '2026-01-31 E\0R FundsDeposited local',
  ])('%j is none in the daily totals', (text) => expect(() => dailyTotalsPlaceOf(text)).toThrow(InvalidCursor));
});
