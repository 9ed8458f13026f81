import type { Database } from '@tidemark/database';
import type { CommandPipeline } from '@tidemark/application';
import type { CsvFile, CsvRow } from './csv/csv-file.js';
import type { KnownCurrencies } from './mapping/amounts.js';
import type { Mapping } from './mapping/mapping.js';
import { orProblem, type RowProblem } from './mapping/row-problem.js';
import type { BookingPolicy } from './movement-booking.js';
import type { RejectedRow, RejectsFile } from './rejects-file.js';

/** Rows on their way at once: enough to fill the store's flushes, little enough to keep in memory. */
export const WINDOW_ROWS = 4_096;
/** Of those rows in the file. A quarter of what the store's queue takes of large texts, which have two bytes a character there. */
export const WINDOW_BYTES = 8 * 1024 * 1024;

/** The line of each id in a file, to find duplicates. */
export type LinesOfIds = Map<string, number>;
/** Ids of one file: a Map takes 2²⁴ entries, and these are 1.5 GB. */
const IDS_MAX = 16_000_000;

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
  progress(what: 'wallets' | 'movements', at: Progress): void;
  rejected(file: string, row: RejectedRow): void;
}

/** A file of the import that is open and known to have the columns it needs. */
export interface OpenedFile<Row> {
  readonly path: string;
  readonly csv: CsvFile;
  /** @throws MalformedRow */
  readonly read: (fields: readonly string[]) => Row;
  readonly rejects: RejectsFile;
}

/**
 * What a row says, or why it cannot be used. An id that was seen before makes it a duplicate.
 *
 * @param ids of the rows before it; its own is added
 * @throws Error when the file has more ids than one import can take
 */
export function readRow<Row>(
  row: CsvRow,
  { read }: Pick<OpenedFile<Row>, 'read'>,
  ids: LinesOfIds,
  idOf: (value: Row) => string,
): { readonly value: Row } | { readonly problem: RowProblem } {
  if (row.problem !== undefined) return { problem: { code: 'malformed_row', detail: row.problem } };
  const found = orProblem(() => read(row.fields));
  if ('problem' in found) return found;
  const id = idOf(found.value);
  const lineBefore = ids.get(id);
  if (lineBefore === undefined) {
    if (ids.size === IDS_MAX)
      throw new Error(`a file has ${IDS_MAX.toLocaleString('en-US')} rows at most: cut it in two`);
    ids.set(id, row.line);
    return found;
  }
  return { problem: { code: 'duplicate_id', detail: `${id} is on line ${lineBefore} already` } };
}

/** Lists a row that was not booked. */
export function reject(
  { rejects, path }: Pick<OpenedFile<unknown>, 'rejects' | 'path'>,
  observer: ImportObserver,
  { line, fields }: CsvRow,
  { code, detail }: { readonly code: string; readonly detail: string },
): void {
  const rejected = { line, code, detail, fields };
  rejects.write(rejected);
  observer.rejected(path, rejected);
}
