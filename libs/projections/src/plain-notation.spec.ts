import { describe, expect, it } from 'vitest';
import { plainNotation } from './plain-notation.js';

describe('plainNotation', () => {
  it.each([
    ['0', '0'],
    ['0.00', '0.00'],
    ['-10.50', '-10.50'],
    ['1E-18', '0.000000000000000001'],
    ['-1.00E-16', '-0.000000000000000100'],
    ['0E-18', '0.000000000000000000'],
    ['1.5e-7', '0.00000015'],
    ['1E+3', '1000'],
    ['1.25E+1', '12.5'],
    ['1.25E2', '125'],
    ['123456789012345678901234567890.123456789012345678', '123456789012345678901234567890.123456789012345678'],
  ])('of %s is %s', (decimal, plain) => expect(plainNotation(decimal)).toBe(plain));

  it.each(['', 'NaN', 'Infinity', '1.', '.5', '1E', '1 '])('%j is refused', (text) =>
    expect(() => plainNotation(text)).toThrow('is no decimal'),
  );
});
