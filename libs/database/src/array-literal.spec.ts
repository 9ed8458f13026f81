import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { withArrayLiterals } from './array-literal.js';

describe('withArrayLiterals', () => {
  it('leaves everything else to pg', () => {
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

  // With 1.2 GB the process of a worker ended; it takes twice the literal's 50 MB.
  it('writes what PostgreSQL reads by itself', () => {
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
