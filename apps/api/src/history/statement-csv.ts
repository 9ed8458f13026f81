import { stringify } from 'csv-stringify/sync';
import type { MovementLine } from '../schemas/answers.js';

/** The order of the columns must not change: spreadsheets refer to columns by letter. */
export const COLUMNS = [
  'version',
  'recordedAt',
  'effectiveAt',
  'type',
  'movementId',
  'amount',
  'currency',
  'balanceAfter',
  'counterparty',
  'reference',
  'description',
  'account',
] as const satisfies readonly (keyof MovementLine)[];

/**
 * Lines of a statement as CSV (RFC 4180).
 *
 * A reference or description that a spreadsheet would run as a formula gets an apostrophe in front
 * (https://owasp.org/www-community/attacks/CSV_Injection). Amounts begin with a minus sign and stay as they are.
 *
 * @param header whether the names of the columns come first
 */
export function statementCsv(movements: readonly MovementLine[], header = true): string {
  const rows = movements.map((line) => ({
    ...line,
    reference: harmless(line.reference),
    description: harmless(line.description),
  }));
  return stringify(rows, { header, columns: [...COLUMNS], record_delimiter: 'windows' });
}

/** The same of many lines, a page at a time: the next is read when the one before has been sent. */
export async function* statementCsvPages(pages: AsyncIterable<readonly MovementLine[]>): AsyncGenerator<string> {
  let header = true;
  for await (const page of pages) {
    yield statementCsv(page, header);
    header = false;
  }
}

/** A text that a spreadsheet does not run as a formula. */
export function harmless(text: string | null): string | null {
  return text !== null && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
