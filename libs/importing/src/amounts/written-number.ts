/** A mark between digits that is no decimal mark: `'` stands for both apostrophes, and a blank for all of them. */
export type GroupingMark = '.' | ',' | ' ' | "'";

/** How the numbers of a file are written. */
export interface Marks {
  readonly decimal: '.' | ',';
  /** The marks that may group digits. */
  readonly grouping: readonly GroupingMark[];
}

/** A cell that holds one number: its sign, its digits with their marks, and what stands beside it. */
export interface WrittenNumber {
  readonly negative: boolean;
  readonly digits: string;
  /** A currency's sign or code; empty where there is none. */
  readonly unit: string;
}

/** Non-breaking, narrow, thin, figure and other blanks. */
const BLANKS = /[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+/gu;
/** Minus sign, hyphens, dashes, small and full-width hyphen-minus. */
const MINUSES = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/gu;
const NUMBER = /^[\d.,' ]+$/;
/** What stands beside a number: a sign, a parenthesis, or the name of a currency. */
const SIDE = /^(?:[-+() .]|\p{Sc}|\p{L})*$/u;

/**
 * Takes a cell apart. A minus may stand before or behind, be of Unicode, or be a pair of parentheses; `CR` and `DR` are signs too.
 *
 * @returns undefined when the cell is not one number with one sign: nothing about it is guessed
 */
export function writtenNumber(cell: string): WrittenNumber | undefined {
  const plain = cell
    .replace(BLANKS, ' ')
    .replace(MINUSES, '-')
    .replace(/[’‘`´]/gu, "'")
    .trim();
  const [begin, end] = [plain.search(/[\d.,]/), lastOf(plain)];
  const [before, digits, after] = [plain.slice(0, begin), plain.slice(begin, end + 1), plain.slice(end + 1)];
  if (begin === -1 || !/\d/.test(digits) || !NUMBER.test(digits)) return undefined;
  // "12,-" is 12 in some countries and -12 in none; "Rs.500" is not half a rupee.
  if (/[.,]$/u.test(digits) && after.startsWith('-')) return undefined;
  if (/^[.,]/u.test(digits) && /\p{L}/u.test(before)) return undefined;
  if (!SIDE.test(before) || !SIDE.test(after)) return undefined;
  const sign = signOf(before, after);
  const unit = unitOf(before, after);
  return sign === undefined || unit === undefined ? undefined : { negative: sign < 0, digits, unit };
}

/** Where the last digit or mark stands. A full stop behind a word is no mark: `1,250.00 Dr.` */
function lastOf(plain: string): number {
  const trimmed = plain.replace(/(?<=\p{L})\.$/u, '');
  return Math.max(...[...'0123456789.,'].map((character) => trimmed.lastIndexOf(character)));
}

/** @returns undefined when there is more than one sign */
function signOf(before: string, after: string): -1 | 1 | undefined {
  const sides = before + after;
  const signs: (-1 | 1)[] = [...sides].flatMap((character) =>
    character === '-' ? [-1 as const] : character === '+' ? [1 as const] : [],
  );
  const opening = before.split('(').length - 1;
  const closing = after.split(')').length - 1;
  if (opening !== closing || opening > 1 || before.includes(')') || after.includes('(')) return undefined;
  if (opening === 1) signs.push(-1);
  const side = /(?<![\p{L}])(?:cr|dr)(?![\p{L}])/iu.exec(after)?.[0].toLowerCase();
  if (side !== undefined) signs.push(side === 'dr' ? -1 : 1);
  return signs.length > 1 ? undefined : (signs[0] ?? 1);
}

/** @returns undefined when there is more than one */
function unitOf(before: string, after: string): string | undefined {
  const [left, right] = [before, after.replace(/(?<![\p{L}])(?:cr|dr)\.?(?![\p{L}])/iu, '')].map((side) =>
    side.replace(/[-+() ]/gu, ''),
  ) as [string, string];
  return left !== '' && right !== '' && left !== right ? undefined : left || right;
}

/**
 * Reads digits with their marks.
 *
 * @returns plain digits with `.` as decimal mark, without leading zeros; undefined when they are not written in this way
 */
export function plainDigits(digits: string, { decimal, grouping }: Marks): string | undefined {
  const [whole = '', fraction = '', more] = digits.split(decimal);
  if (more !== undefined || /\D/u.test(fraction) || (whole === '' && fraction === '')) return undefined;
  const integer = withoutGroups(whole, grouping);
  if (integer === undefined) return undefined;
  const trimmed = integer.replace(/^0+(?=\d)/u, '') || '0';
  return fraction === '' ? trimmed : `${trimmed}.${fraction}`;
}

/** Groups of three; in India the last is of three and those before it are of two. */
const GROUPS = /^[1-9]\d{0,2}(?:(?<mark>[.,' ])\d{3})(?:\k<mark>\d{3})*$/u;
const INDIAN_GROUPS = /^[1-9]\d?(?:,\d{2})+,\d{3}$/u;

function withoutGroups(whole: string, grouping: readonly GroupingMark[]): string | undefined {
  if (!/\D/u.test(whole)) return whole;
  if (!isGrouped(whole)) return undefined;
  const mark = /\D/u.exec(whole)![0] as GroupingMark;
  return grouping.includes(mark) ? whole.replaceAll(mark, '') : undefined;
}

function isGrouped(whole: string): boolean {
  return GROUPS.test(whole) || INDIAN_GROUPS.test(whole);
}

/** What the marks of one number say of the decimal mark of its file. */
export type MarkEvidence = 'none' | '.' | ',' | 'either';

/**
 * What one number says of the marks of its file. `1.234,5` and `1,5` say that the comma is the decimal mark, `1.080` may be either, and
 * `12` says nothing.
 */
export function markEvidence(digits: string): MarkEvidence {
  const marks = [...digits].filter((character) => character === '.' || character === ',') as ('.' | ',')[];
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined) return 'none';
  const other = (mark: '.' | ',') => (mark === '.' ? ',' : '.');
  const decimalOf = (decimal: '.' | ','): MarkEvidence =>
    plainDigits(digits, { decimal, grouping: [other(decimal), ' ', "'"] }) === undefined ? 'none' : decimal;
  if (first !== last) return decimalOf(last);
  if (marks.length > 1) return decimalOf(other(first));
  const asGroups = decimalOf(other(first));
  const asDecimal = decimalOf(first);
  return asGroups === 'none' || asDecimal === 'none' ? (asGroups === 'none' ? asDecimal : asGroups) : 'either';
}
