/** RFC 3339 §5.6, with an offset always: a time without one names no instant. */
const DATE_TIME =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)T(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:\.\d{1,9})?(?:Z|[+-](?<offsetHour>\d\d):(?<offsetMinute>\d\d))$/;

/** The years that business dates fall into. A date outside of them is a typing error. */
const YEAR_MIN = 1900;
const YEAR_MAX = 2200;
/** The same, for messages. */
export const YEARS = `years ${YEAR_MIN} to ${YEAR_MAX}`;

/** The beginning of a day such as `2026-01-31` in UTC; undefined when it is none, as for {@link instantOf}. */
export function startOfDay(text: string): string | undefined {
  return instantOf(`${text}T00:00:00Z`);
}

/**
 * The instant that an RFC 3339 text names.
 *
 * @returns ISO 8601 in UTC, cut to milliseconds; undefined when it is none (30 February, 25 o'clock, no offset, a leap
 *   second) or lies outside of the years 1900 to 2200
 */
export function instantOf(text: string): string | undefined {
  const parts = DATE_TIME.exec(text)?.groups;
  if (!parts) return undefined;
  const { year, month, day, hour, minute, second, offsetHour, offsetMinute } = parts as Record<string, string>;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return undefined;
  // Date parses here; no clock is read.
  /* eslint-disable no-restricted-globals */
  if (new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() !== Number(day)) return undefined;
  const instant = new Date(text);
  const utcYear = instant.getUTCFullYear();
  return utcYear >= YEAR_MIN && utcYear <= YEAR_MAX ? instant.toISOString() : undefined;
}
