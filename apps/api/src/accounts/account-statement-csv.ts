import { stringify } from 'csv-stringify/sync';
import { harmless } from '../history/statement-csv.js';
import type { AccountStatementLine } from './accounts.schemas.js';

/** The order of the columns must not change: spreadsheets refer to columns by letter. */
export const COLUMNS = [
  'recordedAt',
  'effectiveAt',
  'type',
  'movementId',
  'walletId',
  'version',
  'amount',
  'currency',
  'balanceAfter',
  'reference',
  'description',
] as const;

/** The lines of an account's statement as CSV (RFC 4180), with a header line. Texts are as in `statementCsv`. */
export function accountStatementCsv(lines: readonly AccountStatementLine[], currency: string): string {
  const rows = lines.map((line) => ({
    ...line,
    currency,
    reference: harmless(line.reference),
    description: harmless(line.description),
  }));
  return stringify(rows, { header: true, columns: [...COLUMNS], record_delimiter: 'windows' });
}
