import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { stringify, type Options } from 'csv-stringify/sync';
import iconv from 'iconv-lite';
import { REJECTS_COLUMNS, rejectsColumnsOf, type CsvForm } from './csv/csv-form.js';
import { FileRefused } from './file-refused.js';

/** A row that was not booked, as the rejects file lists it. */
export interface RejectedRow {
  readonly line: number;
  /** A rejection of the wallet, or one of `RowProblemCode`. */
  readonly code: string;
  readonly detail: string;
  /** The row as it stands in the file, as far as it could be read. */
  readonly fields: readonly string[];
  /** The id that a row without one was given. */
  readonly id?: string | undefined;
}

const OWN_COLUMNS = REJECTS_COLUMNS.slice(0, 3);
const DERIVED_ID = REJECTS_COLUMNS.slice(3);
/** Enough to recognise a rejects file by, in an encoding of two bytes too. */
const BEGINNING_BYTES = 128;
const BEGINNING = /^(?:line)([,;\t|])code\1detail\1/;
/** Characters that are buffered before a write. */
const BUFFER_CHARACTERS = 64 * 1024;

/** The form of the file that is imported, which its rejects file has too: the same mapping reads it. */
export type RejectsForm = Pick<CsvForm, 'header' | 'delimiter' | 'quote' | 'encoding'>;

/**
 * A CSV file that comes to exist with its first row: `line`, `code`, `detail`, then the columns of the file imported. It has delimiter,
 * quotes and encoding of that file. Where rows have no ids of their own, `derivedId` keeps the one they were given.
 */
export class RejectsFile {
  private descriptor: number | undefined;
  private buffer = '';
  private readonly own: number;
  private readonly options: Options;

  private constructor(
    private readonly name: string,
    private readonly form: RejectsForm,
    private readonly withIds: boolean,
  ) {
    this.own = rejectsColumnsOf(form.header);
    const quote = form.quote === 'none' ? '' : form.quote;
    this.options = { delimiter: form.delimiter, quote, escape: quote || '"' };
  }

  /**
   * Makes room for a rejects file: one of an earlier import is removed.
   *
   * @param form of the file that is imported
   * @param withIds whether rows get the column `derivedId`
   * @throws FileRefused when another file has that name; whatever the file system says
   */
  static prepare(path: string, form: RejectsForm, withIds = false): RejectsFile {
    const start = beginningOf(path);
    if (start !== undefined && start !== '' && !BEGINNING.test(start)) {
      throw new FileRefused(`${path} exists and is not a rejects file: name another with --rejects`);
    }
    if (start !== undefined) rmSync(path);
    return new RejectsFile(path, form, withIds);
  }

  /** Where the rows are; undefined when there was none. */
  get path(): string | undefined {
    return this.descriptor === undefined ? undefined : this.name;
  }

  write({ line, code, detail, fields, id = '' }: RejectedRow): void {
    const header = this.form.header.slice(this.own);
    if (this.descriptor === undefined) {
      this.descriptor = openSync(this.name, 'wx');
      this.buffer = this.form.encoding.markBytes > 0 ? '\uFEFF' : '';
      this.add([...OWN_COLUMNS, ...(this.withIds ? DERIVED_ID : []), ...header]);
    }
    // A row of another width would make a file that other programs refuse.
    const columns = header.map((_, i) => fields[i + this.own] ?? '');
    this.add([`${line}`, code, this.plain(detail), ...(this.withIds ? [id] : []), ...columns]);
    if (this.buffer.length >= BUFFER_CHARACTERS) this.flush();
  }

  private add(cells: readonly string[]): void {
    this.buffer += stringify([cells], this.options);
  }

  /** A file without quotes cannot hold a reason with its delimiter. */
  private plain(detail: string): string {
    return this.form.quote === 'none' ? detail.replaceAll(this.form.delimiter, ' ').replace(/\s+/g, ' ') : detail;
  }

  close(): void {
    if (this.descriptor === undefined) return;
    this.flush();
    closeSync(this.descriptor);
  }

  private flush(): void {
    writeSync(this.descriptor!, iconv.encode(this.buffer, this.form.encoding.name));
    this.buffer = '';
  }
}

function beginningOf(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const buffer = Buffer.alloc(BEGINNING_BYTES);
    // What is ASCII is the same in every encoding once zeros, marks and quotes are left out.
    return buffer.toString('latin1', 0, readSync(descriptor, buffer)).replace(/[^\t\x20-\x7e]|["']/g, '');
  } finally {
    closeSync(descriptor);
  }
}
