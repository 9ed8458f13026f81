import type { Database } from '@tidemark/database';
import type { CommandPipeline } from '@tidemark/application';
import type { KnownCurrencies } from './amounts/amount-columns.js';
import type { CsvFile } from './csv/csv-file.js';
import type { CsvRow } from './csv/csv-row.js';
import type { Mapping } from './mapping/mapping.js';
import { orProblem, type RowProblem } from './mapping/row-problem.js';
import type { BookingPolicy } from './movement-booking.js';
import type { RejectedRow, RejectsFile } from './rejects-file.js';

/** Rows on their way at once: enough to fill the store's flushes, little enough to keep in memory. */
export const WINDOW_ROWS = 4_096;
/** Of those rows in the file. A quarter of what the store's queue takes of large texts, which have two bytes a character there. */
export const WINDOW_BYTES = 8 * 1024 * 1024;

export interface ImportRequest {
  readonly file: string;
  readonly walletsFile?: string | undefined;
  readonly rejectsFile: string;
  readonly mapping: Mapping;
  readonly policy: BookingPolicy;
  readonly door: Pick<CommandPipeline, 'write'>;
  readonly database: Pick<Database, 'query'>;
  readonly currencies: KnownCurrencies;
  /** Home regions that the database has, at least one. */
  readonly regions: readonly string[];
  /** Stops reading; what is on its way is finished. */
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly clock: () => number;
  readonly observer: ImportObserver;
}

export interface Progress {
  readonly rows: number;
  readonly bytes: number;
  readonly bytesAll: number;
}

/** Follows an import for people. */
export interface ImportObserver {
  /** Says what was found out about a file. */
  found(file: string, what: string): void;
  progress(what: 'wallets' | 'movements', at: Progress): void;
  rejected(file: string, row: RejectedRow): void;
}

/** A file of the import that is open and known to have the columns it needs. */
export interface OpenedFile<Row> {
  readonly path: string;
  readonly csv: Pick<CsvFile, 'bytes'>;
  rows(): AsyncGenerator<CsvRow>;
  /** @returns undefined for a row that the mapping leaves out; @throws MalformedRow */
  readonly read: (fields: readonly string[]) => Row | undefined;
  readonly rejects: RejectsFile;
}

/**
 * What a row says, or why it cannot be used.
 *
 * @returns undefined for a row that the mapping leaves out
 */
export function readRow<Row>(
  row: CsvRow,
  { read }: Pick<OpenedFile<Row>, 'read'>,
): { readonly value: Row } | { readonly problem: RowProblem } | undefined {
  if (row.problem !== undefined) return { problem: { code: 'malformed_row', detail: row.problem } };
  const found = orProblem(() => read(row.fields));
  if ('problem' in found) return found;
  return found.value === undefined ? undefined : { value: found.value };
}

/** Lists a row that was not booked. @param id that it was given, where it has none of its own */
export function reject(
  { rejects, path }: Pick<OpenedFile<unknown>, 'rejects' | 'path'>,
  observer: ImportObserver,
  { line, fields }: CsvRow,
  { code, detail }: { readonly code: string; readonly detail: string },
  id?: string,
): void {
  const rejected = { line, code, detail, fields, id };
  rejects.write(rejected);
  observer.rejected(path, rejected);
}
