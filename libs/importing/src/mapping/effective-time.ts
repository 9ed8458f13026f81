import { MalformedRow } from './row-problem.js';
import { cut } from './texts.js';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/** The years that a movement may be dated in; the HTTP API has the same bounds. */
const YEAR_MIN = 1900;
const YEAR_MAX = 2200;

/**
 * Reads when a movement took effect.
 *
 * @param text an ISO 8601 date (`1993-01-31`: midnight UTC) or an RFC 3339 time with its offset
 * @returns RFC 3339 in UTC with milliseconds; smaller fractions are cut off
 * @throws MalformedRow for anything else, impossible days and hours included
 */
export function effectiveTime(text: string): string {
  const match = DATE.exec(text) ?? DATE_TIME.exec(text);
  if (!match)
    throw new MalformedRow(`"${cut(text)}" is neither a date (1993-01-31) nor a time with its offset (RFC 3339)`);
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] = match;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
  const wall = new Date(local);
  // Date takes 31 February for 3 March, and 24:00 for the next day.
  if (Number.isNaN(wall.getTime()) || wall.toISOString() !== local) {
    throw new MalformedRow(`"${cut(text)}" is not in the calendar`);
  }
  if (wall.getUTCFullYear() < YEAR_MIN || wall.getUTCFullYear() > YEAR_MAX) {
    throw new MalformedRow(`"${cut(text)}" is not between the years ${YEAR_MIN} and ${YEAR_MAX}`);
  }
  return new Date(wall.getTime() - offsetMs(offset, text)).toISOString();
}

function offsetMs(offset: string, text: string): number {
  if (offset === 'Z' || offset === 'z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(4, 6))];
  if (hours > 23 || minutes > 59) throw new MalformedRow(`"${cut(text)}" has no possible offset`);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
