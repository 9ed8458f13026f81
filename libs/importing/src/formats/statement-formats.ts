import { readSheet } from 'read-excel-file/node';
import { FileRefused } from '../file-refused.js';
import { camtEntries } from './camt.js';
import { mt940Entries } from './mt940.js';
import { ofxEntries } from './ofx.js';
import { tableOf } from './statement-table.js';

/** Statements that are no CSV. They are read into memory whole. */
export type StatementFormat = 'camt' | 'mt940' | 'ofx';

/** A year of a busy account has some tens of megabytes as XML. */
export const STATEMENT_BYTES_MAX = 256 * 1024 ** 2;

/**
 * Tells the format of a file by its beginning.
 *
 * @param beginning some thousand characters
 * @returns undefined for CSV, and for what nobody knows
 */
export function formatOf(beginning: string): StatementFormat | undefined {
  if (/<(?:\w+:)?Document[^>]*camt\.05[234]/.test(beginning)) return 'camt';
  if (/^OFXHEADER|<\?OFX|<OFX>/im.test(beginning)) return 'ofx';
  return /^:20:/m.test(beginning) && /^:(?:25|28C?|60[FM]):/m.test(beginning) ? 'mt940' : undefined;
}

const READERS = { camt: camtEntries, mt940: mt940Entries, ofx: ofxEntries } as const;

/**
 * Reads a statement as a table: a header, and a row for each movement.
 *
 * @param path for messages
 * @throws FileRefused when it is not of its format
 */
export function statementTable(path: string, format: StatementFormat, text: string): string[][] {
  try {
    return tableOf(READERS[format](text));
  } catch (error) {
    throw new FileRefused(`${path}: it looks like ${format}, and cannot be read: ${(error as Error).message}`);
  }
}

/**
 * Reads the first sheet of an XLSX file as a table. Numbers are the digits that the file holds, and dates are ISO 8601.
 *
 * @throws FileRefused when it is no XLSX file
 */
export async function sheetTable(path: string): Promise<string[][]> {
  try {
    const rows = await readSheet(path, { parseNumber: (digits: string) => digits });
    return rows.map((row) => row.map((cell) => cellText(cell)));
  } catch (error) {
    throw new FileRefused(`${path}: it looks like XLSX, and cannot be read: ${(error as Error).message}`);
  }
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString().replace(/T00:00:00\.000Z$/, '');
  return String(cell).replace(/\s+/g, ' ').trim();
}
