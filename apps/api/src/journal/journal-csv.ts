import { stringify } from 'csv-stringify/sync';
import type { JournalAnswer } from './journal.answers.js';

/** The order of the columns must not change: spreadsheets refer to columns by letter. */
export const COLUMNS = [
  'recordedAt',
  'effectiveAt',
  'walletId',
  'version',
  'region',
  'type',
  'movementId',
  'account',
  'amount',
  'currency',
] as const;

/** Entries of the journal as CSV (RFC 4180), a row for each line. Nothing in it is a text of callers. */
export function journalCsv(entries: JournalAnswer['entries']): string {
  const rows = entries.flatMap(({ lines, ...entry }) => lines.map((line) => ({ ...entry, ...line })));
  return stringify(rows, { header: true, columns: [...COLUMNS], record_delimiter: 'windows' });
}
