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
});
