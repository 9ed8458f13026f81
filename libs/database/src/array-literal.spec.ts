import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { withArrayLiterals } from './array-literal.js';

describe('withArrayLiterals', () => {
  it('leaves all other values to pg', () => {
    const texts = [['a\nb'], ['\u001f'], ['\ud800'], [Number.NaN], [10n]];
    const values = [
      1,
      'text',
      null,
      undefined,
      Buffer.from('a'),
      [Buffer.from('b')],
      [['nested']],
      [new Date(0)],
      ...texts,
    ];
    expect(withArrayLiterals(values)).toEqual(values);
  });

  // A worker that needed 1.2 GB for this literal ended. The literal has 50 MB, and the code needs twice that.
  it('writes texts that PostgreSQL parses as the same arrays', () => {
    expect(withArrayLiterals([['a', '"', '\\', '{},', 'ї', '😀'], [1, -0, 0.5, true, null, undefined], []])).toEqual([
      String.raw`{"a","\"","\\","{},","ї","😀"}`,
      '{1,0,0.5,true,null,null}',
      '{}',
    ]);
  });

  it('writes large texts that need an escape everywhere with little memory', { timeout: 60_000 }, () => {
    const module = new URL('array-literal.ts', import.meta.url).href;
    const program = `
      const { withArrayLiterals } = await import(${JSON.stringify(module)});
      const [literal] = withArrayLiterals([Array.from({ length: 500 }, () => JSON.stringify('"'.repeat(25_000)))]);
      process.stdout.write(String(literal.length));`;
    const options = ['--max-old-space-size=256', '--no-warnings', '--input-type=module', '-e', program];
    const { stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' });
    expect(stdout, stderr.slice(-500)).toBe(String(500 * (4 * 25_000 + 7) + 1));
  });
});
