import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ratio } from './ratio.js';
import { thrownCode } from './thrown-code.fixture.js';

const TERM_LIMIT = 10n ** 60n;
const small = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const ratio = fc
  .tuple(
    small,
    small.filter((n) => n !== 0n),
  )
  .map(([n, d]) => Ratio.of(n, d));

describe('of', () => {
  it.each([
    ['1/3', '1/3'],
    ['2/6', '1/3'],
    ['-2/6', '-1/3'],
    ['6/3', '2'],
    ['0/5', '0'],
    ['0', '0'],
    ['3', '3'],
    ['0.25', '1/4'],
    ['-0.05', '-1/20'],
    ['1.50', '3/2'],
    [`${TERM_LIMIT - 1n}/10`, `${TERM_LIMIT - 1n}/10`],
  ])('reads %j as %s', (text, canonical) => {
    expect(Ratio.of(text).toString()).toBe(canonical);
  });

  it.each([
    [1n, 3n, '1/3'],
    [1n, -3n, '-1/3'],
    [-4n, -6n, '2/3'],
    [0n, -3n, '0'],
    [TERM_LIMIT, TERM_LIMIT, '1'],
  ])('reads %s and %s as %s', (numerator, denominator, canonical) => {
    expect(Ratio.of(numerator, denominator).toString()).toBe(canonical);
  });

  it.each([
    [['1/0'], 'malformed_ratio'],
    [['0/0'], 'malformed_ratio'],
    [['1/-3'], 'malformed_ratio'],
    [['1/03'], 'malformed_ratio'],
    [['01/3'], 'malformed_ratio'],
    [['1.5/2'], 'malformed_ratio'],
    [['1/3/5'], 'malformed_ratio'],
    [['1 / 3'], 'malformed_ratio'],
    [['.5'], 'malformed_ratio'],
    [['1.'], 'malformed_ratio'],
    [['+1/3'], 'malformed_ratio'],
    [['1e3'], 'malformed_ratio'],
    [['0x10'], 'malformed_ratio'],
    [['1/3\n'], 'malformed_ratio'],
    [['١/٣'], 'malformed_ratio'],
    [['NaN'], 'malformed_ratio'],
    [[''], 'malformed_ratio'],
    [['-0'], 'negative_zero'],
    [['-0.00'], 'negative_zero'],
    [['-0/3'], 'negative_zero'],
    [['1/' + TERM_LIMIT], 'too_many_digits'],
    [[String(TERM_LIMIT)], 'too_many_digits'],
    [[String(-TERM_LIMIT)], 'too_many_digits'],
    [[TERM_LIMIT, 1n], 'too_many_digits'],
    [[1n, 0n], 'malformed_ratio'],
    [[1n], 'malformed_ratio'],
    [[1n, 3], 'malformed_ratio'],
    [['1', 3n], 'malformed_ratio'],
    [[0.25], 'not_a_string'],
    [[null], 'not_a_string'],
  ])('refuses %o with %s', (input, code) => {
    expect(thrownCode(() => (Ratio.of as (...input: unknown[]) => Ratio)(...input))).toBe(code);
  });

  it('refuses a megabyte of text and does not parse it', () => {
    expect(thrownCode(() => Ratio.of('9'.repeat(1_000_000)))).toBe('too_many_digits');
    expect(thrownCode(() => Ratio.of('x'.repeat(1_000_000)))).toBe('too_many_digits');
  });
});

describe('arithmetic', () => {
  const add = (a: string, b: string) => Ratio.of(a).plus(Ratio.of(b)).toString();
  const multiply = (a: string, b: string) => Ratio.of(a).times(Ratio.of(b)).toString();

  it('is exact', () => {
    expect(add('1/3', '1/6')).toBe('1/2');
    expect(add('1/3', '-1/3')).toBe('0');
    expect(add('0.1', '0.2')).toBe('3/10');
    expect(multiply('2/3', '3/4')).toBe('1/2');
    expect(multiply('-2/3', '-3')).toBe('2');
  });

  it('refuses terms of more than 60 digits', () => {
    const big = Ratio.of(`1/${TERM_LIMIT - 1n}`);
    expect(thrownCode(() => big.times(big))).toBe('too_many_digits');
    expect(thrownCode(() => big.plus(Ratio.of('1/7919')))).toBe('too_many_digits');
  });

  it('equals compares values', () => {
    expect(Ratio.of('1/2').equals(Ratio.of('0.50'))).toBe(true);
    expect(Ratio.of('1/2').equals(Ratio.of('1/3'))).toBe(false);
    expect(Ratio.of('1/2').equals(Ratio.of('3/2'))).toBe(false);
  });

  it('is a commutative ring', () => {
    fc.assert(
      fc.property(ratio, ratio, ratio, (a, b, c) => {
        expect(a.plus(b).equals(b.plus(a))).toBe(true);
        expect(a.times(b).equals(b.times(a))).toBe(true);
        expect(
          a
            .plus(b)
            .plus(c)
            .equals(a.plus(b.plus(c))),
        ).toBe(true);
        expect(a.times(b.plus(c)).equals(a.times(b).plus(a.times(c)))).toBe(true);
      }),
    );
  });

  it('stays in lowest terms and agrees with cross multiplication', () => {
    fc.assert(
      fc.property(ratio, ratio, (a, b) => {
        const sum = a.plus(b);
        const numerator = a.numerator * b.denominator + b.numerator * a.denominator;
        expect(sum.numerator * a.denominator * b.denominator).toBe(numerator * sum.denominator);
        expect(sum.denominator).toBeGreaterThan(0n);
        // In lowest terms, numerator and denominator have no common prime factor. Only small primes are checked.
        for (const prime of [2n, 3n, 5n, 7n, 11n, 13n]) {
          expect(sum.numerator % prime === 0n && sum.denominator % prime === 0n).toBe(false);
        }
      }),
    );
  });

  it('round-trips through toString', () => {
    fc.assert(
      fc.property(ratio, (a) => {
        expect(Ratio.of(a.toString())).toEqual(a);
      }),
    );
  });
});
