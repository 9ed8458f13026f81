import { FileRefused } from '../file-refused.js';
import type { Encoding } from '../files/encoding.js';
import type { PlainFile } from '../files/plain-file.js';
import type { CsvRow } from './csv-row.js';

/** The characters that hold a CSV file together. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: '"' | "'" | 'none';
}

/** A byte of a file, and the number of the line it is on, from 1. */
export interface Place {
  readonly offset: number;
  readonly line: number;
}

/** How a file is built: as declared, or as found. */
export interface FoundForm extends Dialect {
  readonly header: readonly string[];
  /** The line of the header; 0 where the file has none. */
  readonly headerLine: number;
  /** Where its rows begin. */
  readonly start: Place;
  /** It is the rejects file of an earlier import. */
  readonly isRejects: boolean;
}

export interface CsvForm extends FoundForm {
  readonly encoding: Encoding;
  /** What it was before it was CSV. */
  readonly format: PlainFile['format'];
}

/** What a mapping declares of it; what is absent is found. */
export interface DeclaredForm {
  readonly encoding?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly quote?: Dialect['quote'] | undefined;
  readonly header: boolean;
  /** Lines before the header. */
  readonly preamble?: number | undefined;
  /** Records behind the last row. */
  readonly footer: number;
}

/** @throws FileRefused when the columns that are needed are not in the header; `where` names file and line */
export type Fits = (header: readonly string[], where: string) => void;

/** The columns that a rejects file has before those of the file that was imported. */
export const REJECTS_COLUMNS: readonly string[] = ['line', 'code', 'detail', 'derivedId'];
const REJECTS_COLUMNS_MIN = 3;

/** @returns how many of the columns are those of a rejects file */
export function rejectsColumnsOf(header: readonly string[]): number {
  const own = REJECTS_COLUMNS.findIndex((name, i) => header[i] !== name);
  const count = own === -1 ? REJECTS_COLUMNS.length : own;
  return count < REJECTS_COLUMNS_MIN ? 0 : count;
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** Lines before the header. Banks write address, period and balances there. */
const SEARCHED_RECORDS_MAX = 60;

/** What was tried, and why it does not fit. */
interface Refusal {
  readonly cells: readonly string[];
  readonly error: FileRefused;
}

/** A header whose quotes are apostrophes, read as if they were none. */
function isInApostrophes({ cells }: Refusal): boolean {
  return cells.length > 1 && cells.every((cell) => /^'.*'$/.test(cell));
}

/** A file whose form is searched. */
interface Searched {
  readonly path: string;
  readonly declared: DeclaredForm;
  readonly fits: Fits;
  /** Where its text begins. */
  readonly beginning: Place;
  /** Reads its records from the beginning. */
  readonly read: (dialect: Dialect) => AsyncGenerator<CsvRow>;
}

/**
 * Finds delimiter, quote and header. The header is the first record that has every column the mapping names, so lines before it do not
 * count; with a declared `preamble` it is the record after that many lines.
 *
 * @throws FileRefused when nothing fits, or, without a header, more than one delimiter does
 */
export async function findForm(file: Searched): Promise<FoundForm> {
  const { path, declared } = file;
  const refusals: Refusal[] = [];
  const withoutHeader: FoundForm[] = [];
  for (const delimiter of declared.delimiter === undefined ? DELIMITERS : [declared.delimiter]) {
    const form =
      (await searchHeader(file, { delimiter, quote: declared.quote ?? '"' }, refusals)) ??
      (declared.quote === undefined && refusals.some(isInApostrophes)
        ? await searchHeader(file, { delimiter, quote: "'" }, refusals)
        : undefined);
    if (form && form.headerLine > 0) return form;
    if (form) withoutHeader.push(form);
  }
  const [form, another] = withoutHeader;
  if (form && !another) return form;
  if (another) {
    const which = withoutHeader.map(({ delimiter }) => JSON.stringify(delimiter)).join(' or by ');
    throw new FileRefused(`${path}: its columns may be separated by ${which}: declare "delimiter"`);
  }
  // A broken first line is the header, as far as anybody can tell.
  const closest =
    refusals[0]?.cells.length === 0 ? refusals[0] : refusals.sort((a, b) => b.cells.length - a.cells.length)[0];
  throw closest?.error ?? new FileRefused(`${path}: the file is empty, and a header was expected on line 1`);
}

async function searchHeader(
  { path, declared, fits, beginning, read }: Searched,
  dialect: Dialect,
  refusals: Refusal[],
): Promise<FoundForm | undefined> {
  const { header: hasHeader, preamble } = declared;
  let start = beginning;
  let seen = 0;
  for await (const row of read(dialect)) {
    const names = row.fields.map((name) => name.trim());
    const after = { offset: row.end, line: row.endLine };
    const isRejects = ++seen === 1 && rejectsColumnsOf(names) > 0;
    if (preamble === undefined && seen > SEARCHED_RECORDS_MAX) return undefined;
    if (isRejects || (hasHeader && row.line > (preamble ?? 0))) {
      const found = { ...dialect, header: names, headerLine: row.line, start: after, isRejects };
      if (isFit(path, fits, row, names, refusals)) return found;
      if (preamble !== undefined || isRejects) return undefined;
    } else if (row.line > (preamble ?? 0)) {
      const numbers = names.map((_, i) => `${i + 1}`);
      const found = { ...dialect, header: numbers, headerLine: 0, start, isRejects };
      return isFit(path, fits, row, numbers, refusals) ? found : undefined;
    }
    start = after;
  }
  return undefined;
}

function isFit(path: string, fits: Fits, row: CsvRow, names: readonly string[], refusals: Refusal[]): boolean {
  const where = `${path}: line ${row.line}`;
  try {
    if (row.problem !== undefined) throw new FileRefused(`${where}: the header cannot be read: ${row.problem}`);
    fits(names, where);
    return true;
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    refusals.push({ cells: names, error });
    return false;
  }
}
