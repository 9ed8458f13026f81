import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileRefused } from '../file-refused.js';
import { Columns } from '../mapping/columns.js';
import type { DeclaredForm, Fits } from './csv-form.js';
import { openCsv, RECORD_BYTES_MAX } from './csv-file.js';
import type { CsvRow } from './csv-row.js';

const directory = mkdtempSync(join(tmpdir(), 'tidemark-csv-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileOf(content: string | Buffer): string {
  const path = join(directory, 'file.csv');
  writeFileSync(path, content);
  return path;
}

const form = { header: true, footer: 0 };
const needsA: Fits = (header, where) => void new Columns(where, header).column('a');

async function read(content: string | Buffer, more: Partial<DeclaredForm> = {}) {
  const csv = await openCsv(fileOf(content), { ...form, ...more }, needsA);
  try {
    const rows: CsvRow[] = [];
    for await (const row of csv.rows()) rows.push(row);
    return { header: csv.header, rows };
  } finally {
    await csv.close();
  }
}

const UNTIL_RECORD_IS_TOO_LONG = '7,8\n'.repeat(RECORD_BYTES_MAX / 4 + 1);

describe('what is read', () => {
  it.each<[string, string | Buffer, [line: number, ...fields: string[]][]]>([
    [
      'lines that end in LF',
      'a,b\n1,2\n3,4\n',
      [
        [2, '1', '2'],
        [3, '3', '4'],
      ],
    ],
    ['a last line without an end', 'a,b\n1,2', [[2, '1', '2']]],
    [
      'lines that end in CRLF',
      'a,b\r\n1,2\r\n3,4\r\n',
      [
        [2, '1', '2'],
        [3, '3', '4'],
      ],
    ],
    [
      'lines that end in CR',
      'a,b\r1,2\r3,4\r',
      [
        [2, '1', '2'],
        [3, '3', '4'],
      ],
    ],
    [
      'lines that end in CR CR LF',
      'a,b\r\r\n1,2\r\r\n3,4\r\r\n',
      [
        [2, '1', '2'],
        [3, '3', '4'],
      ],
    ],
    ['a delimiter at the end of each row', 'a,b\n1,2,\n', [[2, '1', '2']]],
    [
      'line breaks inside quotes',
      'a,b\n1,"x\ny\nz"\n3,4\n',
      [
        [2, '1', 'x\ny\nz'],
        [5, '3', '4'],
      ],
    ],
    [
      'CRLF inside quotes',
      'a,b\r\n1,"x\r\ny"\r\n3,4\r\n',
      [
        [2, '1', 'x\r\ny'],
        [4, '3', '4'],
      ],
    ],
    ['doubled quotes', 'a,b\n1,"say ""no"""\n', [[2, '1', 'say "no"']]],
    ['a byte order mark', '\uFEFFa,b\n1,2\n', [[2, '1', '2']]],
    ['UTF-8', 'a,b\n1,Žďár nad Sázavou\n', [[2, '1', 'Žďár nad Sázavou']]],
    [
      'empty lines between, counted and left out',
      'a,b\n\n1,2\n\n\n3,4\n',
      [
        [3, '1', '2'],
        [6, '3', '4'],
      ],
    ],
    ['a header alone', 'a,b', []],
  ])('%s', async (_, content, expected) => {
    const { header, rows } = await read(content);
    expect(header).toEqual(['a', 'b']);
    expect(rows.map(({ line, fields, problem }) => [line, ...fields, ...(problem ? [problem] : [])])).toEqual(expected);
  });

  it('another delimiter', async () => {
    expect((await read('a;b\n1;2,5\n', { delimiter: ';' })).rows[0]!.fields).toEqual(['1', '2,5']);
  });

  it('hundreds of thousands of rows, with the byte after each', async () => {
    const { rows } = await read(`a,b\n${'1,2\n'.repeat(300_000)}`);
    expect(rows.length).toBe(300_000);
    expect(rows.at(-1)).toMatchObject({ line: 300_001, end: 4 * 300_001 });
  });
});

describe('a bad row costs one row', () => {
  const good = { fields: ['5', '6'] };
  it.each<[string, string | Buffer, number, string]>([
    ['too few columns', '1\n5,6\n', 3, '1 columns, and the header has 2'],
    ['too many columns', '1,2,3\n5,6\n', 3, '3 columns, and the header has 2: too many are "3"'],
    ['a quote that is not doubled', '1,"x"y\n5,6\n', 3, 'a quote inside a quoted field is not doubled'],
    ['a quote in the middle of a field', '1,x"y\n5,6\n', 3, 'a quote stands inside a field that is not quoted'],
    ['a quote that is never closed', '1,"x\n5,6\n', 3, 'a quote is opened and never closed'],
    ['a quote that is never closed, with CRLF', '1,"x\r\n5,6\r\n', 3, 'a quote is opened and never closed'],
    [
      'a quote that is not closed for long',
      `1,"x\n5,6\n${UNTIL_RECORD_IS_TOO_LONG}`,
      3,
      `a record is longer than ${RECORD_BYTES_MAX} bytes: is a quote not closed?`,
    ],
    ['bytes that are not UTF-8', Buffer.from('1,caf\xe9\n5,6\n', 'latin1'), 3, 'column 2 is not UTF-8'],
  ])('%s', async (_, content, line, problem) => {
    const { rows } = await read(Buffer.concat([Buffer.from('a,b\n0,0\n'), Buffer.from(content)]), {
      encoding: 'utf-8',
    });
    expect(rows[0]).toMatchObject({ line: 2, fields: ['0', '0'] });
    expect(rows[1]).toMatchObject({ line, problem });
    expect(rows[2]).toMatchObject({ line: line + 1, ...good });
    expect(rows[2]).not.toHaveProperty('problem');
  });

  it('many of them, among thousands of good ones, at their own lines', async () => {
    const content = Array.from({ length: 20_000 }, (_, i) => (i % 1000 === 999 ? `${i},"x` : `${i},y`)).join('\n');
    const { rows } = await read(`a,b\n${content}\n`);
    expect(rows.length).toBe(20_000);
    const bad = rows.filter(({ problem }) => problem !== undefined);
    expect(bad.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 1000 + 1));
    const misplaced = rows.filter(({ problem, line, fields }) => problem === undefined && fields[0] !== `${line - 2}`);
    expect(misplaced).toEqual([]);
  });
});

describe('a file that cannot be meant is refused', () => {
  it.each<[string, string | Buffer, string]>([
    ['an empty file', '', 'the file is empty, and a header was expected on line 1'],
    ['a byte order mark alone', '\uFEFF', 'the file is empty, and a header was expected on line 1'],
    ['a broken header', 'a,"b\n1,2\n', 'line 1: the header cannot be read: a quote is opened and never closed'],
  ])('%s', async (_, content, message) => {
    const refused = await read(content).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FileRefused);
    expect((refused as Error).message).toContain(message);
  });

  it('a file that is not there, and a directory', async () => {
    await expect(openCsv(join(directory, 'none.csv'), form, needsA)).rejects.toThrow('none.csv: no such file');
    await expect(openCsv(directory, form, needsA)).rejects.toThrow('not a file');
  });
});
