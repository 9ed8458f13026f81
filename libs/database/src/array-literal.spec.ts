import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { withArrayLiterals } from './array-literal.js';

const element = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'NULL', '"', '\\', '{}', 'a,b', '\\"', '\n', ' '),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined),
);

describe('withArrayLiterals', () => {
  it('reads back as what was given', () => {
    const splitArray = pg.types.getTypeParser(1009 as never, 'text') as (text: string) => (string | null)[];
    fc.assert(
      fc.property(fc.array(element), (elements) => {
        const [literal] = withArrayLiterals([elements]);
        expect(splitArray(literal as string)).toEqual(
          elements.map((each) => (each === null || each === undefined ? null : String(each))),
        );
      }),
    );
  });

  it('leaves everything else to pg', () => {
    const values = [1, 'text', null, undefined, Buffer.from('a'), [Buffer.from('b')], [['nested']], [new Date(0)]];
    expect(withArrayLiterals(values)).toEqual(values);
  });

  // With 1.2 GB the process of a worker ended; it takes twice the literal's 50 MB.
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
