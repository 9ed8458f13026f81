import { Temporal } from 'temporal-polyfill';

/** How long a limit over time counts. */
export type Period = 'day' | 'week' | 'month';

/** The time zone of a limit that names none. */
const UTC = 'UTC';
/** A rolling window is counted in as many slices, so that a wallet's state stays small. */
export const SLICES = 24;
const HOUR_MS = 3_600_000;
/** Of a rolling window, in milliseconds: 24 hours, 7 days, 30 days. */
const WINDOW_MS = { day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS };

/** Whether a text names a time zone of the IANA database, such as `Europe/Prague`. */
export function isTimeZone(name: string): boolean {
  try {
    // An offset such as +02:00 knows no summer time.
    if (!/^[A-Z]/i.test(name)) return false;
    return Temporal.PlainDate.from('2026-01-01').toZonedDateTime(name).timeZoneId === name;
  } catch {
    return false;
  }
}

/**
 * The time from which what happens at a time is not counted any more.
 *
 * In a calendar period that is its end: midnight in the time zone, the week from Monday. In a rolling window it is the end of the
 * slice (a 24th of the window) and the whole window: so a movement counts for the window, and for a 24th of it more at most.
 *
 * @param at ISO 8601, UTC, milliseconds, as is what is returned
 */
export function countsUntil(at: string, period: Period, rolling: boolean, zone = UTC): string {
  if (rolling) {
    const window = WINDOW_MS[period];
    const slice = window / SLICES;
    // Runs for each movement, so it is plain arithmetic. Date parses and writes a fixed time here, and reads no clock.
    /* eslint-disable no-restricted-globals */
    const end = (Math.floor(Date.parse(at) / slice) + 1) * slice + window;
    return new Date(end).toISOString();
    /* eslint-enable no-restricted-globals */
  }
  const day = Temporal.Instant.from(at).toZonedDateTimeISO(zone).toPlainDate();
  const next = {
    day: () => day.add({ days: 1 }),
    week: () => day.add({ days: 8 - day.dayOfWeek }),
    month: () => day.with({ day: 1 }).add({ months: 1 }),
  }[period]();
  return next.toZonedDateTime(zone).toInstant().toString({ smallestUnit: 'millisecond' });
}
