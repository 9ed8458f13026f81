import { instantOf, startOfDay, YEARS } from '@tidemark/wallet';
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
