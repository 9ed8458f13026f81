import { describe, expect, it } from 'vitest';
import { countsUntil, isTimeZone } from './window.js';

describe('a calendar period ends', () => {
  it.each([
    ['day', '2026-01-02T03:04:05.678Z', undefined, '2026-01-03T00:00:00.000Z'],
    ['day', '2026-01-02T23:30:00.000Z', 'Europe/Prague', '2026-01-03T23:00:00.000Z'],
    // The night of the change to summer time in Prague has 23 hours, the night back has 25.
    ['day', '2026-03-28T23:00:00.000Z', 'Europe/Prague', '2026-03-29T22:00:00.000Z'],
    ['day', '2026-10-24T22:00:00.000Z', 'Europe/Prague', '2026-10-25T23:00:00.000Z'],
    // Cairo has no midnight on the day on which summer time begins.
    ['day', '2026-04-23T12:00:00.000Z', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
    ['week', '2026-01-04T23:59:59.999Z', undefined, '2026-01-05T00:00:00.000Z'],
    ['week', '2026-01-05T00:00:00.000Z', undefined, '2026-01-12T00:00:00.000Z'],
    ['month', '2026-01-31T12:00:00.000Z', undefined, '2026-02-01T00:00:00.000Z'],
    ['month', '2026-12-31T23:30:00.000Z', 'America/New_York', '2027-01-01T05:00:00.000Z'],
  ] as const)('a %s at %s in %s', (period, at, zone, end) => {
    expect(countsUntil(at, period, false, zone)).toBe(end);
  });
});

describe('a rolling window', () => {
  it.each([
    ['day', 24, 1],
    ['week', 7 * 24, 7],
    ['month', 30 * 24, 30],
  ] as const)('of a %s counts for its %d hours, and for %d more at most', (period, hours, slice) => {
    for (const at of ['2026-01-02T00:00:00.000Z', '2026-01-02T00:59:59.999Z', '2026-03-29T13:14:15.161Z']) {
      const counted = (Date.parse(countsUntil(at, period, true)) - Date.parse(at)) / 3_600_000;
      expect(counted).toBeGreaterThan(hours);
      expect(counted).toBeLessThanOrEqual(hours + slice);
    }
  });
});

it.each([
  ['UTC', true],
  ['Europe/Prague', true],
  ['Europe/Nowhere', false],
  ['+02:00', false],
  ['', false],
])('%s is a time zone: %s', (name, is) => expect(isTimeZone(name)).toBe(is));
