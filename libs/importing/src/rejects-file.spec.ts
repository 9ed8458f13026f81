import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { RejectsFile, type RejectsForm } from './rejects-file.js';

const directory = mkdtempSync(join(tmpdir(), 'tidemark-rejects-'));
const path = join(directory, 'r.csv');
afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(() => rmSync(path, { force: true }));

const formOf = (header: string[], more: Partial<RejectsForm> = {}): RejectsForm => ({
  ...{ header, delimiter: ',', quote: '"', encoding: { name: 'utf-8', markBytes: 0, from: 'every byte' } },
  ...more,
});

it('comes to exist with its first row', () => {
  const rejects = RejectsFile.prepare(path, formOf(['a', 'b']));
  rejects.close();
  expect([rejects.path, existsSync(path)]).toEqual([undefined, false]);
});

it('has line, code, detail and as many columns as its header', () => {
  const rejects = RejectsFile.prepare(path, formOf(['a', 'b']));
  rejects.write({ line: 2, code: 'x', detail: 'said "no", twice', fields: ['1', 'two\nlines'] });
  rejects.write({ line: 4, code: 'x', detail: '', fields: [] });
  rejects.write({ line: 5, code: 'x', detail: '', fields: ['1', '2', '3'] });
  rejects.close();
  expect(rejects.path).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe(
    'line,code,detail,a,b\n2,x,"said ""no"", twice",1,"two\nlines"\n4,x,,,\n5,x,,1,2\n',
  );
});

it('writes more than it holds in memory', () => {
  const rejects = RejectsFile.prepare(path, formOf(['a']));
  for (let line = 2; line < 20_002; line++) rejects.write({ line, code: 'x', detail: 'long enough', fields: ['y'] });
  rejects.close();
  expect(readFileSync(path, 'utf8').split('\n').length).toBe(20_002);
});

it('replaces one of an earlier import, and nothing else', () => {
  writeFileSync(path, 'line,code,detail,a\n2,x,,1\n');
  RejectsFile.prepare(path, formOf(['a'])).close();
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, '');
  RejectsFile.prepare(path, formOf(['a'])).close();
  writeFileSync(path, 'line,code\n');
  expect(() => RejectsFile.prepare(path, formOf(['a']))).toThrow('exists and is not a rejects file');
  expect(readFileSync(path, 'utf8')).toBe('line,code\n');
});

it('has delimiter, quotes and encoding of the file it came from, and its columns once', () => {
  const encoding = { name: 'windows-1250', markBytes: 0, from: 'declared' } as const;
  const rejects = RejectsFile.prepare(
    path,
    formOf(['line', 'code', 'detail', 'Název', 'Částka'], { delimiter: ';', quote: "'", encoding }),
  );
  rejects.write({ line: 2, code: 'x', detail: 'a; b', fields: ['7', 'y', 'old', 'Žluť', '1,5'] });
  rejects.close();
  const text = new TextDecoder('windows-1250').decode(readFileSync(path));
  expect(text).toBe("line;code;detail;Název;Částka\n2;x;'a; b';Žluť;1,5\n");
});

it('keeps the id of a row that has none of its own, and no delimiter in a reason where nothing is quoted', () => {
  const rejects = RejectsFile.prepare(path, formOf(['a'], { quote: 'none', delimiter: '|' }), true);
  rejects.write({ line: 2, code: 'x', detail: 'a|b\nc', fields: ['"'], id: '#row1' });
  rejects.close();
  expect(readFileSync(path, 'utf8')).toBe('line|code|detail|derivedId|a\n2|x|a b c|#row1|"\n');
});
