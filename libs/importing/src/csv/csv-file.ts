import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { parse, type Info, type Options } from 'csv-parse';
import { plainFile } from '../files/plain-file.js';
import { cut } from '../mapping/texts.js';
import type { CsvRow } from './csv-row.js';
import { findForm, type CsvForm, type DeclaredForm, type Dialect, type Fits, type Place } from './csv-form.js';

/** A CSV file whose header has been read. */
export interface CsvFile {
  readonly header: readonly string[];
  readonly form: CsvForm;
  readonly bytes: number;
  /** Every record after the header, in order, bad ones included. */
  rows(): AsyncGenerator<CsvRow>;
  /** The same, the last row first. Call it when `rows` has been read to the end. */
  rowsFromTheEnd(): AsyncGenerator<CsvRow>;
  close(): Promise<void>;
}

/**
 * A record longer than this is taken for a quote that was never closed: the memory that one broken row may cost.
 */
export const RECORD_BYTES_MAX = 64 * 1024;

/**
 * Opens a CSV file (RFC 4180: quotes doubled inside quotes, line breaks allowed inside quotes; lines end in LF, CRLF, CR or CR CR LF) and
 * finds its header. Nothing but the record at hand is kept in memory. Encoding, delimiter, quote and header are found where the mapping
 * does not declare them.
 *
 * A record with broken quotes ends at its first line: reading goes on with the line after it, so that one bad row costs
 * one row. Records of another width than the header, and fields that are not UTF-8, are marked as well.
 *
 * @param fits throws FileRefused with the reason when the columns that are needed are not in a header
 * @throws FileRefused when there is no such file, it is empty, or no line of its beginning fits
 */
export async function openCsv(path: string, declared: DeclaredForm, fits: Fits): Promise<CsvFile> {
  await using undo = new AsyncDisposableStack();
  const plain = undo.adopt(await plainFile(path, declared.encoding), (kept) => kept.dispose());
  const file = undo.adopt(await open(plain.path), (handle) => handle.close());
  const { size } = await file.stat();
  const records = (dialect: Dialect, from: Place) => readRecords(plain.path, file, dialect, from);
  const beginning = { offset: plain.start, line: 1 };
  const isCsv = plain.format === 'csv';
  const asked: DeclaredForm = isCsv ? declared : { ...declared, delimiter: ',', quote: '"' };
  const form = await findForm({
    path,
    declared: asked,
    fits,
    beginning,
    read: (dialect) => records(dialect, beginning),
  });
  const width = form.header.length;
  const footer = form.isRejects ? 0 : declared.footer;
  const blocks: Block[] = [];
  const kept = undo.move();
  return {
    header: form.header,
    form: { ...form, encoding: plain.encoding, format: plain.format },
    bytes: size,
    rows: () => indexed(withoutLast(checkWidth(records(form, form.start), width), footer), form.start, blocks),
    rowsFromTheEnd: () => reversed(blocks, (from) => checkWidth(records(form, from), width)),
    close: () => kept.disposeAsync(),
  };
}

/** Rows that are read together when a file is read from its end. */
const BLOCK_ROWS = 4_096;

interface Block {
  readonly from: Place;
  rows: number;
}

async function* indexed(rows: AsyncGenerator<CsvRow>, start: Place, blocks: Block[]): AsyncGenerator<CsvRow> {
  blocks.length = 0;
  let from = start;
  for await (const row of rows) {
    const last = blocks.at(-1);
    if (last && last.rows < BLOCK_ROWS) last.rows++;
    else blocks.push({ from, rows: 1 });
    from = { offset: row.end, line: row.endLine };
    yield row;
  }
}

async function* reversed(
  blocks: readonly Block[],
  rowsFrom: (from: Place) => AsyncGenerator<CsvRow>,
): AsyncGenerator<CsvRow> {
  for (const { from, rows: count } of blocks.toReversed()) {
    const block: CsvRow[] = [];
    for await (const row of rowsFrom(from)) if (block.push(row) === count) break;
    yield* block.toReversed();
  }
}

/** @param count of records at the end of the file that are no rows */
async function* withoutLast(records: AsyncGenerator<CsvRow>, count: number): AsyncGenerator<CsvRow> {
  if (count === 0) return yield* records;
  const held: CsvRow[] = [];
  for await (const row of records) if (held.push(row) > count) yield held.shift()!;
}

async function* checkWidth(records: AsyncGenerator<CsvRow>, width: number): AsyncGenerator<CsvRow> {
  for await (const row of records) {
    if (row.problem !== undefined || row.fields.length === width) yield row;
    else if (row.fields.length > width && row.fields.slice(width).every((field) => field.trim() === '')) {
      yield { ...row, fields: row.fields.slice(0, width) }; // a delimiter at the end of each row
    } else yield { ...row, problem: wrongWidth(row.fields, width) };
  }
}

function wrongWidth(fields: readonly string[], width: number): string {
  const surplus = fields.slice(width).map((field) => JSON.stringify(cut(field)));
  const which = surplus.length === 0 ? '' : `: too many are ${surplus.slice(0, SHOWN_COLUMNS_MAX).join(', ')}`;
  return `${fields.length} columns, and the header has ${width}${which}`;
}

/** What a reason shows of a row, so that it stays a line. */
const SHOWN_COLUMNS_MAX = 3;

async function* readRecords(path: string, file: FileHandle, dialect: Dialect, from: Place): AsyncGenerator<CsvRow> {
  let { offset, line } = from;
  for (;;) {
    const origin = offset;
    const attempt = parseFrom(path, dialect, origin);
    try {
      for await (const { record, info } of attempt.records) {
        const endLine = line + 1 + lineBreaksIn(record);
        const row = { line, end: origin + info.bytes, endLine, ...decode(record) };
        line = endLine;
        offset = row.end;
        if (record.length > 1 || record[0] !== '') yield row;
      }
    } finally {
      attempt.stop();
    }
    const problem = attempt.problem();
    if (problem === undefined) return;
    const end = await endOfLine(file, offset);
    yield { line, end, endLine: line + 1, fields: [], problem };
    line += 1;
    offset = end;
  }
}

/**
 * Parses from a byte on up to the first broken record. Fields come as latin1, one character a byte: that never fails, so
 * that it can be told afterwards which field is not UTF-8.
 */
function parseFrom(path: string, { delimiter, quote }: Dialect, start: number) {
  let problem: string | undefined;
  const source = createReadStream(path, { start });
  const options: Options = {
    encoding: 'latin1',
    delimiter,
    quote: quote === 'none' ? false : quote,
    escape: quote === 'none' ? null : quote,
    record_delimiter: ['\r\r\n', '\r\n', '\n', '\r'],
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
const LINE_BREAK = /\r\r\n|\r\n|\n|\r/g;

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
    else return at + found + (await lineBreakBytes(file, at + found));
  }
}

/** Of the line break that begins with the CR at this byte. */
async function lineBreakBytes(file: FileHandle, at: number): Promise<number> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(3), 0, 3, at);
  const text = buffer.toString('latin1', 0, bytesRead);
  if (text === '\r\r\n') return 3;
  return text.startsWith('\r\n') ? 2 : 1;
}

const LF = 0x0a;
const CR = 0x0d;
