import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { FileRefused } from './file-refused.js';

/** A row that was not booked, as the rejects file lists it. */
export interface RejectedRow {
  readonly line: number;
  /** A rejection of the wallet, or one of `RowProblemCode`. */
  readonly code: string;
  readonly detail: string;
  /** The row as it stands in the file, as far as it could be read. */
  readonly fields: readonly string[];
}

const OWN_COLUMNS = ['line', 'code', 'detail'];
const FIRST_BYTES = `${OWN_COLUMNS.join(',')},`;
/** Characters that are buffered before a write. */
const BUFFER_CHARACTERS = 64 * 1024;

/** A CSV file that comes to exist with its first row: `line`, `code`, `detail`, then the columns of the file imported. */
export class RejectsFile {
  private descriptor: number | undefined;
  private buffer = '';

  private constructor(
    private readonly name: string,
    private readonly header: readonly string[],
  ) {}

  /**
   * Makes room for a rejects file: one of an earlier import is removed.
   *
   * @param header of the file that is imported
   * @throws FileRefused when another file has that name; whatever the file system says
   */
  static prepare(path: string, header: readonly string[]): RejectsFile {
    const start = firstBytes(path);
    if (start !== undefined && start !== '' && start !== FIRST_BYTES) {
      throw new FileRefused(`${path} exists and is not a rejects file: name another with --rejects`);
    }
    if (start !== undefined) rmSync(path);
    return new RejectsFile(path, header);
  }

  /** Where the rows are; undefined when there was none. */
  get path(): string | undefined {
    return this.descriptor === undefined ? undefined : this.name;
  }

  write({ line, code, detail, fields }: RejectedRow): void {
    if (this.descriptor === undefined) {
      this.descriptor = openSync(this.name, 'wx');
      this.buffer = stringify([[...OWN_COLUMNS, ...this.header]]);
    }
    // A row of another width would make a file that other programs refuse.
    const columns = this.header.map((_, i) => fields[i] ?? '');
    this.buffer += stringify([[line, code, detail, ...columns]]);
    if (this.buffer.length >= BUFFER_CHARACTERS) this.flush();
  }

  close(): void {
    if (this.descriptor === undefined) return;
    this.flush();
    closeSync(this.descriptor);
  }

  private flush(): void {
    writeSync(this.descriptor!, this.buffer);
    this.buffer = '';
  }
}

function firstBytes(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const buffer = Buffer.alloc(FIRST_BYTES.length);
    return buffer.toString('latin1', 0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
}
