import { describe, expect, it } from 'vitest';
import { currency, sameCurrency, validCurrency } from './currency.js';
import { thrownCode } from './thrown-code.fixture.js';

describe('currency', () => {
  it.each([
    ['EUR', 2],
    ['JPY', 0],
    ['ETH', 18],
    ['POINTS', 0],
    ['USDC2', 6],
    ['ABCDEFGHIJKL', 2],
  ])('accepts %s with scale %d', (code, scale) => {
    expect(currency(code, scale)).toMatchObject({ code, scale });
  });

  it.each([
    ['eur', 2],
    ['EU', 2],
    ['ABCDEFGHIJKLM', 2],
    ['1EU', 2],
    ['E R', 2],
    ['EUR\n', 2],
    ['ΕUR', 2],
    ['EU-R', 2],
    ['', 2],
    [undefined, 2],
    [['EUR'], 2],
    ['EUR', -1],
    ['EUR', 19],
    ['EUR', 1.5],
    ['EUR', NaN],
    ['EUR', Infinity],
    ['EUR', '2'],
    ['EUR', 2n],
    ['EUR', undefined],
  ])('refuses %j with scale %s', (code, scale) => {
    expect(thrownCode(() => currency(code as string, scale as number))).toBe('malformed_currency');
  });

  it('does not keep a negative zero as a scale', () => {
    expect(Object.is(currency('JPY', -0).scale, 0)).toBe(true);
  });

  it('is frozen', () => {
    const eur = currency('EUR', 2) as { scale: number };
    expect(() => (eur.scale = 3)).toThrow(TypeError);
  });
});

describe('validCurrency', () => {
  it('returns a currency from currency() unchanged, copies a literal, refuses a malformed one', () => {
    const eur = currency('EUR', 2);
    const literal = { code: 'EUR', scale: 2 };
    expect(validCurrency(eur)).toBe(eur);
    expect(validCurrency(literal)).not.toBe(literal);
    expect(validCurrency(literal)).toMatchObject(literal);
    expect(thrownCode(() => validCurrency({ code: 'EUR', scale: 40 }))).toBe('malformed_currency');
  });
});

it.each([
  [currency('EUR', 2), currency('EUR', 2), true],
  [currency('EUR', 2), currency('USD', 2), false],
  [currency('EUR', 2), currency('EUR', 3), false],
])('sameCurrency(%o, %o) is %s', (a, b, same) => {
  expect(sameCurrency(a, b)).toBe(same);
});
