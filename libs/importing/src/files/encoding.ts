import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { analyse } from 'chardet';
import iconv from 'iconv-lite';

/** How the characters of a file are written. */
export interface Encoding {
  /** A name that iconv-lite knows. */
  readonly name: string;
  /** Bytes of the byte order mark, which are no text. */
  readonly markBytes: number;
  /** How it is known. */
  readonly from: 'declared' | 'what the file says' | 'byte order mark' | 'every byte' | 'statistics';
}

const CHUNK_BYTES = 1024 * 1024;
/** Of a text for the statistics: enough letters of any language, and some milliseconds. */
const SAMPLE_BYTES = 256 * 1024;

const MARKS: readonly (readonly [name: string, mark: Buffer])[] = [
  ['utf-8', Buffer.from([0xef, 0xbb, 0xbf])],
  ['utf-16le', Buffer.from([0xff, 0xfe])],
  ['utf-16be', Buffer.from([0xfe, 0xff])],
];

/** @returns whether files can be read in it */
export function isEncoding(name: string): boolean {
  return iconv.encodingExists(name);
}

/**
 * Finds how a file is encoded. What is declared always wins. Otherwise: the byte order mark; what an XML or OFX file says; UTF-8, when all of the file is UTF-8;
 * UTF-16, when every other byte of its beginning is zero; and what the statistics of its letters say.
 *
 * @param declared of the mapping
 */
export async function encodingOf(path: string, declared: string | undefined): Promise<Encoding> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    const beginning = buffer.subarray(0, bytesRead);
    const [mark, markBytes] = markOf(beginning);
    if (declared !== undefined) {
      const isMarked = mark !== undefined && sameEncoding(mark, declared);
      return { name: declared, markBytes: isMarked ? markBytes : 0, from: 'declared' };
    }
    if (mark !== undefined) return { name: mark, markBytes, from: 'byte order mark' };
    const wide = wideOf(beginning);
    if (wide !== undefined) return { name: wide, markBytes: 0, from: 'every byte' };
    const said = saidOf(beginning);
    if (said !== undefined) return { name: said, markBytes: 0, from: 'what the file says' };
    const strange = await firstNotUtf8(file, beginning);
    if (strange === undefined) return { name: 'utf-8', markBytes: 0, from: 'every byte' };
    return { name: guessed(strange), markBytes: 0, from: 'statistics' };
  } finally {
    await file.close();
  }
}

function markOf(beginning: Buffer): readonly [string | undefined, number] {
  const [name, mark] = MARKS.find(([, bytes]) => beginning.subarray(0, bytes.length).equals(bytes)) ?? [];
  return [name, mark?.length ?? 0];
}

/** `utf8`, `UTF-8` and `utf-8` are one. */
function sameEncoding(a: string, b: string): boolean {
  const plain = (name: string) =>
    name
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .replace(/^utf16$/, 'utf16le');
  return plain(a) === plain(b);
}

/** Bytes that tell UTF-16 without a mark: its line breaks, digits and delimiters have a zero byte each. */
const WIDE_BYTES = 1024;

function wideOf(beginning: Buffer): string | undefined {
  const some = beginning.subarray(0, WIDE_BYTES);
  if (some.length < 4) return undefined;
  const zeros = [0, 0];
  for (const [i, byte] of some.entries()) if (byte === 0) zeros[i % 2]!++;
  if (zeros[1]! > some.length / 4 && zeros[0] === 0) return 'utf-16le';
  if (zeros[0]! > some.length / 4 && zeros[1] === 0) return 'utf-16be';
  return undefined;
}

/** XML and OFX say in ASCII how they are encoded. */
function saidOf(beginning: Buffer): string | undefined {
  const text = beginning.toString('latin1', 0, WIDE_BYTES);
  const xml = /^\s*<\?xml[^>]*\bencoding=["']([\w-]+)["']/.exec(text)?.[1];
  if (xml !== undefined && isEncoding(xml)) return xml.toLowerCase();
  const charset = text.startsWith('OFXHEADER') ? /^CHARSET:(\d{3,4})/m.exec(text)?.[1] : undefined;
  return charset !== undefined && isEncoding(`windows-${charset}`) ? `windows-${charset}` : undefined;
}

type Readable = Pick<Awaited<ReturnType<typeof open>>, 'read'>;

/** @returns the part of the file with its first bytes that are not UTF-8; undefined when there are none */
async function firstNotUtf8(file: Readable, beginning: Buffer): Promise<Buffer | undefined> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at);
    if (bytesRead === 0) return undefined;
    const chunk = buffer.subarray(0, bytesRead);
    const whole = bytesRead < CHUNK_BYTES ? chunk : chunk.subarray(0, endOfCharacters(chunk));
    if (!isUtf8(whole)) return at === 0 ? beginningOrAround(beginning, whole) : Buffer.from(around(whole));
    at += whole.length;
  }
}

function beginningOrAround(beginning: Buffer, chunk: Buffer): Buffer {
  return isUtf8(beginning.subarray(0, endOfCharacters(beginning))) ? Buffer.from(around(chunk)) : beginning;
}

/** Where the last character that is whole ends: a chunk may end inside of one. */
function endOfCharacters(chunk: Buffer): number {
  for (let back = 1; back <= 4 && back <= chunk.length; back++) {
    const byte = chunk[chunk.length - back]!;
    if (byte < 0x80) return chunk.length;
    if (byte >= 0xc0) return chunk.length - back;
  }
  return chunk.length;
}

function around(chunk: Buffer): Buffer {
  const first = chunk.findIndex((byte, i) => byte >= 0x80 && !isUtf8(chunk.subarray(i, i + 1)));
  return chunk.subarray(Math.max(0, first - 1024), first + SAMPLE_BYTES);
}

/**
 * Statistics may say "UTF-8" of a text with a few broken bytes: those are rows to refuse. A single-byte encoding that iconv-lite does not
 * know is read as windows-1252: its digits, marks and delimiters are where all of them have them.
 */
function guessed(sample: Buffer): string {
  const best = analyse(sample).find(({ name }) => name !== 'ASCII' && isEncoding(name));
  if (best === undefined) return 'windows-1252';
  // windows-1252 has all that ISO-8859-1 has, and "€" where the other has control characters.
  return best.name === 'ISO-8859-1' ? 'windows-1252' : best.name.toLowerCase();
}
