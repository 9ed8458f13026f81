import pg from 'pg';

/** Converts text to a JavaScript value. `pg` calls it for every column of a result. */
type Parser = (text: string) => unknown;

const { builtins } = pg.types;
const ARRAY_OF_TEXT = 1009 as never;
const asItIs: Parser = (text) => text;

/**
 * Converts a numeric to plain notation. CockroachDB prints small ones as `1E-18`, PostgreSQL never does.
 *
 * @param text as printed by the server; `NaN` and `Infinity` are returned unchanged
 */
export function plainDecimal(text: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d*))?[eE]([+-]?\d+)$/.exec(text);
  if (!parts) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits.padEnd(point, '0')}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const UTC_MILLISECONDS = '2026-11-24 11:30:22.704+00'.length;

/**
 * Converts a timestamptz to ISO 8601 in UTC with milliseconds (`2026-11-24T11:30:22.704Z`). It truncates and does not round, so
 * it never moves an instant into the future.
 *
 * @param text as printed by the server with DateStyle ISO, in any time zone; `infinity` is returned unchanged
 */
export function isoInstant(text: string): string {
  // Nearly every event has this form. This check is faster than the expression below.
  if (text.length >= UTC_MILLISECONDS && text[10] === ' ' && text[19] === '.' && text.endsWith('+00')) {
    return `${text.slice(0, 10)}T${text.slice(11, 23)}Z`;
  }
  const parts = /^(\d{4,})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?([+-]\d\d)(?::?(\d\d))?(?::?\d\d)?$/.exec(text);
  if (!parts) return text;
  const [, year, month, day, clock, fraction = '', hours, minutes = '00'] = parts;
  const local = `${year}-${month}-${day}T${clock}.${fraction.padEnd(3, '0').slice(0, 3)}`;
  if (hours === '+00' && minutes === '00') return `${local}Z`;
  return new Date(`${local}${hours}:${minutes}`).toISOString();
}

function listOf(element: Parser): Parser {
  const splitArray = pg.types.getTypeParser(ARRAY_OF_TEXT, 'text') as (text: string) => (string | null)[];
  return (text) => splitArray(text).map((item) => (item === null ? null : element(item)));
}

const PARSERS: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [builtins.INT8, asItIs],
  [builtins.NUMERIC, plainDecimal],
  [builtins.TIMESTAMPTZ, isoInstant],
  [builtins.TIMESTAMP, asItIs],
  [builtins.DATE, asItIs],
  [1016, listOf(asItIs)], // int8[]
  [1231, listOf(plainDecimal)], // numeric[]: pg makes floats of it
  [1185, listOf(isoInstant)], // timestamptz[]
  [1115, listOf(asItIs)], // timestamp[]
  [1182, listOf(asItIs)], // date[]
]);

/** The parsers of every pool of Tidemark. They are set on the pool and not globally, so that other users of `pg` keep their parsers. */
export const valueTypes = {
  getTypeParser(oid: number, format: 'text' | 'binary' = 'text'): Parser {
    const own = format === 'text' ? PARSERS.get(oid) : undefined;
    return own ?? (pg.types.getTypeParser(oid as never, format as 'text') as Parser);
  },
} as pg.CustomTypesConfig;
