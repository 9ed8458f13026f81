import { instantOf, startOfDay, YEARS } from '@tidemark/wallet';
import { DateTime } from 'luxon';
import type { Columns, Pick } from './columns.js';
import type { EffectiveAtColumns } from './mapping.js';
import { MalformedRow } from './row-problem.js';
import { cut } from './texts.js';

/**
 * Reads when a movement took effect.
 *
 * @param text an ISO 8601 date (`1993-01-31`: midnight UTC) or an RFC 3339 time with its offset; files may have a space for the `T`
 * @returns RFC 3339 in UTC with milliseconds; smaller fractions are cut off
 * @throws MalformedRow for anything else, impossible days and hours included
 */
export function effectiveTime(text: string): string {
  const instant = startOfDay(text) ?? instantOf(text.replace(/^(.{10})[t ]/, '$1T').replace(/z$/, 'Z'));
  if (instant !== undefined) return instant;
  throw new MalformedRow(
    `"${cut(text)}" is neither a date (1993-01-31) nor a time with its offset (RFC 3339), ${YEARS}`,
  );
}

/**
 * A reader of the time a movement took effect. A date without a time is midnight UTC whatever the zone, so that its day stays the day of
 * the file.
 *
 * @returns a function from a row's fields to RFC 3339 in UTC, or to an empty text where the file has none; throws MalformedRow
 * @throws FileRefused when a column is missing
 */
export function effectiveTimeReader(columns: Columns, from: EffectiveAtColumns): Pick {
  const {
    text,
    format,
    locale = 'en',
    zone,
  }: Exclude<EffectiveAtColumns, string> = typeof from === 'string' ? { text: from } : from;
  const pick = columns.text(text);
  const read = format ? formatted(format, locale, zone) : zone === undefined ? effectiveTime : isoIn(zone);
  // Rows of one day stand together, and a date of a format takes longer to read than the rest of its row.
  let last = { written: '', at: '' };
  return (fields) => {
    const written = pick(fields);
    if (written !== last.written) last = { written, at: written === '' ? '' : read(written) };
    return last.at;
  };
}

function isoIn(zone: string): (text: string) => string {
  const local = formatted(['yyyy-MM-dd HH:mm:ss', "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSS"], 'en', zone);
  return (text) => {
    if (startOfDay(text) !== undefined || /(?:[zZ]|[+-]\d\d:\d\d)$/.test(text)) return effectiveTime(text);
    return local(text);
  };
}

/** Format tokens of luxon that tell the time of day; what stands in quotes is no token. */
const TIME_TOKENS = /[Hhmsta]/i;

function formatted(formats: readonly string[], locale: string, zone = 'UTC'): (text: string) => string {
  const kinds = formats.map((format) => ({ format, hasTime: TIME_TOKENS.test(tokensOf(format)) }));
  return (text) => {
    for (const { format, hasTime } of kinds) {
      const at = DateTime.fromFormat(text, format, { locale, zone: hasTime ? zone : 'UTC' });
      if (at.isValid) return checked(at, text, format, locale);
    }
    throw new MalformedRow(
      `"${cut(text)}" is not a date of the format ${formats.map((one) => `"${one}"`).join(' or ')}`,
    );
  };
}

function tokensOf(format: string): string {
  return format.replace(/'[^']*'/g, '').replaceAll('M', '');
}

/** A clock that is put forward leaves out an hour: luxon moves such a time, which then reads differently. */
function checked(at: DateTime, text: string, format: string, locale: string): string {
  const again = DateTime.fromFormat(text, format, { locale, zone: 'UTC' });
  if (again.isValid && !/Z/.test(tokensOf(format)) && again.hour !== at.hour) {
    throw new MalformedRow(`"${cut(text)}" does not exist in ${at.zoneName}: the clock was put forward`);
  }
  const instant = instantOf(at.toUTC().toISO()!);
  if (instant !== undefined) return instant;
  throw new MalformedRow(`"${cut(text)}" is outside of the ${YEARS}`);
}
