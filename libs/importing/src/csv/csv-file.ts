import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { parse, type Info, type Options } from 'csv-parse';
import { FileRefused } from '../file-refused.js';
import { cut } from '../mapping/texts.js';

/** One record of a CSV file. `line` is the line it begins on, from 1; `end` the byte after it. */
export interface CsvRow {
  readonly line: number;
  readonly end: number;
  readonly fields: readonly string[];
  /** Why the record cannot be used, in words; `fields` is then as much of it as could be read. */
  readonly problem?: string;
}

/** A CSV file whose header has been read. */
export interface CsvFile {
  readonly header: readonly string[];
  readonly bytes: number;
  /** Every record after the header, in order, bad ones included. May be read once. */
  rows(): AsyncGenerator<CsvRow>;
  close(): Promise<void>;
}

/**
 * A record longer than this is taken for a quote that was never closed: the memory that one broken row may cost.
 */
export const RECORD_BYTES_MAX = 64 * 1024;

/**
 * Opens a CSV file (RFC 4180: quotes doubled inside quotes, line breaks allowed inside quotes; UTF-8 with or without byte
 * order mark; lines end in LF, CRLF or CR) and reads its header. Nothing but the record at hand is kept in memory.
 *
 * A record with broken quotes ends at its first line: reading goes on with the line after it, so that one bad row costs
 * one row. Records of another width than the header, and fields that are not UTF-8, are marked as well.
 *
 * @param delimiter one ASCII character
 * @throws FileRefused when there is no such file, it is empty, it is UTF-16, or its header is not usable
 */
export async function openCsv(path: string, delimiter: string): Promise<CsvFile> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const start = await skipByteOrderMark(file, path);
    const records = readRecords(path, file, { delimiter, start });
    const first = await records.next();
    if (first.done) throw new FileRefused(`${path}: the file is empty, and a header was expected on line 1`);
    const header = checkHeader(first.value, path);
    return {
      header,
      bytes: size,
      rows: () => checkWidth(records, header.length),
      async close() {
        await records.return(undefined);
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    if ((await file.stat()).isFile()) return file;
  } catch (error) {
    await file?.close();
    throw new FileRefused(
      `${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(error)}`,
    );
  }
  await file.close();
  throw new FileRefused(`${path}: not a file`);
}

async function skipByteOrderMark(file: FileHandle, path: string): Promise<number> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(3), 0, 3, 0);
  const [first, second, third] = buffer;
  if (bytesRead >= 2 && ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))) {
    throw new FileRefused(`${path}: line 1: the file is UTF-16, and UTF-8 was expected`);
  }
  return bytesRead === 3 && first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
}

function checkHeader({ fields, problem, line }: CsvRow, path: string): readonly string[] {
  if (problem) throw new FileRefused(`${path}: line ${line}: the header cannot be read: ${problem}`);
  const header = fields.map((name) => name.trim());
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) throw new FileRefused(`${path}: line ${line}: two columns are called "${twice}"`);
  return header;
}

async function* checkWidth(records: AsyncGenerator<CsvRow>, width: number): AsyncGenerator<CsvRow> {
  for await (const row of records) {
    if (row.problem !== undefined || row.fields.length === width) yield row;
    else yield { ...row, problem: wrongWidth(row.fields, width) };
  }
}

function wrongWidth(fields: readonly string[], width: number): string {
  const surplus = fields.slice(width).map((field) => JSON.stringify(cut(field)));
  const which = surplus.length === 0 ? '' : `: too many are ${surplus.slice(0, SHOWN_COLUMNS_MAX).join(', ')}`;
  return `${fields.length} columns, and the header has ${width}${which}`;
}

/** What a reason shows of a row, so that it stays a line. */
const SHOWN_COLUMNS_MAX = 3;

/** Where reading begins: a byte of the file, and the number of the line it is on. */
interface From {
  readonly delimiter: string;
  readonly start: number;
}

async function* readRecords(path: string, file: FileHandle, { delimiter, start }: From): AsyncGenerator<CsvRow> {
  let offset = start;
  let line = 1;
  for (;;) {
    const origin = offset;
    const attempt = parseFrom(path, { delimiter, start: origin });
    try {
      for await (const { record, info } of attempt.records) {
        const row = { line, end: origin + info.bytes, ...decode(record) };
        line += 1 + lineBreaksIn(record);
        offset = row.end;
        if (record.length > 1 || record[0] !== '') yield row;
      }
    } finally {
      attempt.stop();
    }
    const problem = attempt.problem();
    if (problem === undefined) return;
    const end = await endOfLine(file, offset);
    yield { line, end, fields: [], problem };
    line += 1;
    offset = end;
  }
}

/**
 * Parses from a byte on up to the first broken record. Fields come as latin1, one character a byte: that never fails, so
 * that it can be told afterwards which field is not UTF-8.
 */
function parseFrom(path: string, { delimiter, start }: From) {
  let problem: string | undefined;
  const source = createReadStream(path, { start });
  const options: Options = {
    encoding: 'latin1',
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: RECORD_BYTES_MAX,
    info: true,
    skip_records_with_error: true,
    // Records that stand before the broken one are on their way still; those after it are read again from their own line.
    on_record: (record: string[]) => (problem === undefined ? record : null),
    on_skip: (error) => {
      if (problem !== undefined) return undefined;
      problem = problemOf(error?.code);
      source.unpipe(parser);
      parser.end();
      return undefined;
    },
  };
  const parser = parse(options);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  return {
    records: parser as AsyncIterable<{ record: string[]; info: Info }>,
    problem: () => problem,
    stop() {
      source.destroy();
      parser.destroy();
    },
  };
}

function problemOf(code: string | undefined): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quote is opened and never closed';
    case 'CSV_MAX_RECORD_SIZE':
      return `a record is longer than ${RECORD_BYTES_MAX} bytes: is a quote not closed?`;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'a quote inside a quoted field is not doubled';
    case 'INVALID_OPENING_QUOTE':
      return 'a quote stands inside a field that is not quoted';
    default:
      return `not CSV (${code})`;
  }
}

function decode(record: readonly string[]): Pick<CsvRow, 'fields' | 'problem'> {
  if (!record.some((field) => NOT_ASCII.test(field))) return { fields: record };
  const bytes = record.map((field) => Buffer.from(field, 'latin1'));
  const fields = bytes.map((field) => field.toString('utf8'));
  const broken = bytes.findIndex((field) => !isUtf8(field));
  return broken === -1 ? { fields } : { fields, problem: `column ${broken + 1} is not UTF-8` };
}

const NOT_ASCII = /[^\x00-\x7f]/;
const LINE_BREAK = /\r\n|\n|\r/g;

// The parser's own count takes a CRLF inside quotes for two lines.
function lineBreaksIn(record: readonly string[]): number {
  let breaks = 0;
  for (const field of record) breaks += field.match(LINE_BREAK)?.length ?? 0;
  return breaks;
}

const SCAN_BYTES = 4096;

async function endOfLine(file: FileHandle, from: number): Promise<number> {
  const buffer = Buffer.alloc(SCAN_BYTES);
  for (let at = from; ;) {
    const { bytesRead } = await file.read(buffer, 0, SCAN_BYTES, at);
    if (bytesRead === 0) return at;
    const found = buffer.subarray(0, bytesRead).findIndex((byte) => byte === LF || byte === CR);
    if (found === -1) at += bytesRead;
    else if (buffer[found] === LF) return at + found + 1;
    else return at + found + ((await byteAt(file, at + found + 1)) === LF ? 2 : 1);
  }
}

const LF = 0x0a;
const CR = 0x0d;

async function byteAt(file: FileHandle, position: number): Promise<number | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, position);
  return bytesRead === 1 ? buffer[0] : undefined;
}
