import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { open, type Entry, type Options, type ZipFile } from 'yauzl';
import { FileRefused } from '../file-refused.js';

const openZip = promisify<string, Options, ZipFile>(open);
/** Files of a zip that are looked at. A bank delivers a handful. */
const ENTRIES_MAX = 1_000;
/** Shown of the files when there are several. */
const SHOWN_MAX = 5;

/** Whether a zip is a sheet of a spreadsheet (XLSX). */
export async function isSheet(path: string): Promise<boolean> {
  const zip = await openZip(path, { lazyEntries: true, autoClose: false }).catch(() => undefined);
  if (!zip) return false;
  try {
    return (await entriesOf(zip, path)).some(({ fileName }) => fileName === 'xl/workbook.xml');
  } finally {
    zip.close();
  }
}

/**
 * Opens the one file inside of a zip. What macOS adds is no file of its own.
 *
 * @throws FileRefused when there is none or more than one, or the zip is broken
 */
export async function openOnlyEntry(path: string): Promise<Readable> {
  const zip = await openZip(path, { lazyEntries: true, autoClose: false }).catch((error: Error) => {
    throw new FileRefused(`${path}: it cannot be unpacked: ${error.message}`);
  });
  try {
    const files = await entriesOf(zip, path);
    if (files.length !== 1) {
      const names = files.slice(0, SHOWN_MAX).map(({ fileName }) => fileName);
      throw new FileRefused(
        `${path}: one file is expected inside, and there are ${files.length}${names.length > 0 ? `: ${names.join(', ')}` : ''}`,
      );
    }
    const stream = await promisify<Entry, Readable>((entry, done) => zip.openReadStream(entry, done))(files[0]!);
    stream.on('close', () => zip.close());
    return stream;
  } catch (error) {
    zip.close();
    throw error instanceof FileRefused
      ? error
      : new FileRefused(`${path}: it cannot be unpacked: ${(error as Error).message}`);
  }
}

function entriesOf(zip: ZipFile, path: string): Promise<Entry[]> {
  const files: Entry[] = [];
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      const { fileName } = entry;
      if (!fileName.endsWith('/') && !/^__MACOSX\/|(^|\/)\._|\.DS_Store$/.test(fileName)) files.push(entry);
      if (files.length > ENTRIES_MAX) reject(new FileRefused(`${path}: more than ${ENTRIES_MAX} files are inside`));
      else zip.readEntry();
    });
    zip.on('end', () => resolve(files));
    zip.on('error', reject);
    zip.readEntry();
  });
}
