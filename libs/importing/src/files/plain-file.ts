import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import iconv from 'iconv-lite';
import { FileRefused } from '../file-refused.js';
import { encodingOf, type Encoding } from './encoding.js';
import { openOnlyEntry } from './zip.js';

/** What one packed file may unpack to: some forty million rows. A small file that unpacks to more was made to fill a disk. */
export const UNPACKED_BYTES_MAX = 4 * 1024 ** 3;

/** A file as UTF-8 on disk: itself, or a copy that is removed by `dispose`. */
export interface PlainFile {
  readonly path: string;
  /** Where its text begins, in bytes. */
  readonly start: number;
  readonly encoding: Encoding;
  dispose(): Promise<void>;
}

/**
 * Makes a file readable as UTF-8. One that is packed (gz, or zip with one file in it) or written in another encoding is copied to the
 * temporary directory; nothing of it is kept in memory.
 *
 * @param encoding declared, or undefined where it is to be found
 * @throws FileRefused when there is no such file, or a packed file cannot be unpacked
 */
export async function plainFile(path: string, encoding: string | undefined): Promise<PlainFile> {
  await assertFile(path);
  await using undo = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'tidemark-import-'));
  undo.defer(() => rm(directory, { recursive: true, force: true }));
  const unpacked = await unpack(path, join(directory, 'unpacked'));
  const found = await encodingOf(unpacked, encoding);
  const kept = { encoding: found, dispose: () => rm(directory, { recursive: true, force: true }) };
  if (isPlain(found.name)) {
    undo.move();
    return { ...kept, path: unpacked, start: found.markBytes };
  }
  const copy = join(directory, 'utf-8');
  await pipeline(
    createReadStream(unpacked, { start: found.markBytes }),
    iconv.decodeStream(found.name, { stripBOM: false }) as unknown as Transform,
    iconv.encodeStream('utf-8') as unknown as Transform,
    createWriteStream(copy),
  );
  undo.move();
  return { ...kept, path: copy, start: 0 };
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

/** @returns the path of the unpacked file: the file itself where it is not packed */
async function unpack(path: string, to: string): Promise<string> {
  const stream = await unpackedStream(path);
  if (!stream) return path;
  try {
    await pipeline(stream, bounded(path), createWriteStream(to));
  } catch (error) {
    if (error instanceof FileRefused) throw error;
    throw new FileRefused(`${path}: it cannot be unpacked: ${(error as Error).message}`);
  }
  return to;
}

async function unpackedStream(path: string): Promise<Readable | undefined> {
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  await file.close();
  const magic = buffer.toString('latin1', 0, bytesRead);
  if (magic.startsWith('\x1f\x8b')) return createReadStream(path).compose(createGunzip()) as Readable;
  if (magic.startsWith('PK\x03\x04') || magic.startsWith('PK\x05\x06')) return openOnlyEntry(path);
  return undefined;
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
