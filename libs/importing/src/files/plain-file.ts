import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';
import { FileRefused } from '../file-refused.js';
import {
  formatOf,
  sheetTable,
  STATEMENT_BYTES_MAX,
  statementTable,
  type StatementFormat,
} from '../formats/statement-formats.js';
import { encodingOf, type Encoding } from './encoding.js';
import { isSheet, openOnlyEntry } from './zip.js';

/** What one packed file may unpack to: some forty million rows. A small file that unpacks to more was made to fill a disk. */
export const UNPACKED_BYTES_MAX = 4 * 1024 ** 3;

/** A file as UTF-8 on disk: itself, or a copy that is removed by `dispose`. */
export interface PlainFile {
  readonly path: string;
  /** Where its text begins, in bytes. */
  readonly start: number;
  readonly encoding: Encoding;
  /** What the file is. All but CSV have been made CSV of commas, with a header of their own. */
  readonly format: 'csv' | 'xlsx' | StatementFormat;
  dispose(): Promise<void>;
}

/** Of a file's text, to tell its format by. */
const BEGINNING_BYTES = 4_096;

/**
 * Makes a file readable as UTF-8. One that is packed (gz, or zip with one file in it) or written in another encoding is copied to the
 * temporary directory; nothing of it is kept in memory. A statement or a sheet is read into memory and written there as CSV.
 *
 * @param encoding declared, or undefined where it is to be found
 * @throws FileRefused when there is no such file, a packed file cannot be unpacked, or a statement is broken
 */
export async function plainFile(path: string, encoding: string | undefined): Promise<PlainFile> {
  await assertFile(path);
  await using undo = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'tidemark-import-'));
  undo.defer(() => rm(directory, { recursive: true, force: true }));
  const dispose = () => rm(directory, { recursive: true, force: true });
  const written = async (format: PlainFile['format'], table: string[][]): Promise<PlainFile> => {
    const csv = join(directory, 'csv');
    await writeFile(csv, stringify(table));
    undo.move();
    return { path: csv, start: 0, encoding: UTF_8, format, dispose };
  };
  const magic = await firstBytes(path, 4);
  if (isZip(magic) && (await isSheet(path))) {
    await assertReadable(path, path);
    return await written('xlsx', await sheetTable(path));
  }
  const unpacked = await unpack(path, magic, join(directory, 'unpacked'));
  const found = await encodingOf(unpacked, encoding);
  const copy = join(directory, 'utf-8');
  if (!isPlain(found.name)) await decode(unpacked, found, copy);
  const plain = isPlain(found.name) ? { path: unpacked, start: found.markBytes } : { path: copy, start: 0 };
  const format = formatOf(await firstBytes(plain.path, BEGINNING_BYTES, 'utf8'));
  if (format !== undefined) {
    await assertReadable(path, plain.path);
    return await written(
      format,
      statementTable(path, format, (await readFile(plain.path, 'utf8')).replace(/^\uFEFF/, '')),
    );
  }
  undo.move();
  return { ...plain, encoding: found, format: 'csv', dispose };
}

const UTF_8: Encoding = { name: 'utf-8', markBytes: 0, from: 'declared' };

async function decode(from: string, { name, markBytes }: Encoding, to: string): Promise<void> {
  await pipeline(
    createReadStream(from, { start: markBytes }),
    iconv.decodeStream(name, { stripBOM: false }) as unknown as Transform,
    iconv.encodeStream('utf-8') as unknown as Transform,
    createWriteStream(to),
  );
}

async function firstBytes(path: string, count: number, encoding: 'latin1' | 'utf8' = 'latin1'): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.toString(encoding, 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** @throws FileRefused when a statement is too large to be read into memory */
async function assertReadable(path: string, text: string): Promise<void> {
  if ((await stat(text)).size <= STATEMENT_BYTES_MAX) return;
  throw new FileRefused(
    `${path}: a statement has ${STATEMENT_BYTES_MAX / 1024 ** 2} MiB at most: export a shorter period`,
  );
}

function isPlain(name: string): boolean {
  return /^(utf-?8|ascii|us-ascii)$/i.test(name);
}

async function assertFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new FileRefused(`${path}: ${error.code === 'ENOENT' ? 'no such file' : String(error)}`);
  });
  if (!found.isFile()) throw new FileRefused(`${path}: not a file`);
}

function isZip(magic: string): boolean {
  return magic.startsWith('PK\x03\x04') || magic.startsWith('PK\x05\x06');
}

/** @returns the path of the unpacked file: the file itself where it is not packed */
async function unpack(path: string, magic: string, to: string): Promise<string> {
  const isGzip = magic.startsWith('\x1f\x8b');
  if (!isGzip && !isZip(magic)) return path;
  try {
    const packed = isGzip ? createReadStream(path) : await openOnlyEntry(path);
    if (isGzip) await pipeline(packed, createGunzip(), bounded(path), createWriteStream(to));
    else await pipeline(packed, bounded(path), createWriteStream(to));
  } catch (error) {
    if (error instanceof FileRefused) throw error;
    throw new FileRefused(`${path}: it cannot be unpacked: ${(error as Error).message}`);
  }
  return to;
}

function bounded(path: string): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= UNPACKED_BYTES_MAX) return done(null, chunk);
      done(new FileRefused(`${path}: it unpacks to more than ${UNPACKED_BYTES_MAX / 1024 ** 3} GiB`));
    },
  });
}
