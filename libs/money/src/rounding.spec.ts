import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currency } from './currency.js';
import { Money } from './money.js';
import { Ratio } from './ratio.js';
import { halfEven } from './rounding.js';

const [EUR, JPY, ETH] = [currency('EUR', 2), currency('JPY', 0), currency('ETH', 18)];

describe('halfEven', () => {
  it.each([
    [0n, 0n],
    [4n, 0n],
    [5n, 0n],
    [6n, 1n],
    [10n, 1n],
    [14n, 1n],
    [15n, 2n],
    [25n, 2n],
    [26n, 3n],
    [35n, 4n],
  ])('%i tenths are %i', (tenths, whole) => {
    expect(halfEven(tenths, 10n)).toBe(whole);
    expect(halfEven(-tenths, 10n)).toBe(-whole);
  });
});

describe('converted', () => {
  const shown = (amount: Money, ratio: string, to = amount.currency) => {
    const { amount: rounded, remainder } = amount.converted(Ratio.of(ratio), to);
    return `${rounded} ${rounded.currency.code} and ${remainder}`;
  };

  it.each([
    ['10.00', '1.5', EUR, '15.00 EUR and 0'],
    ['0.01', '0.5', EUR, '0.00 EUR and 1/200'],
    ['0.03', '0.5', EUR, '0.02 EUR and -1/200'],
    ['-0.03', '0.5', EUR, '-0.02 EUR and 1/200'],
    ['1.00', '1/3', EUR, '0.33 EUR and 1/300'],
    ['10.00', '162.345', JPY, '1623 JPY and 9/20'],
    ['0.01', '0.000000000000000001', ETH, '0.000000000000000000 ETH and 1/100000000000000000000'],
  ])('%s EUR times %s', (amount, ratio, to, expected) =>
    expect(shown(Money.of(amount, EUR), ratio, to)).toBe(expected),
  );

  it('loses nothing: what is rounded and the remainder are the exact product, at most half a minor unit apart', () => {
    const scaled = fc.integer({ min: 0, max: 18 }).map((scale) => currency('ASSET', scale));
    const units = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    const unitsOf = (money: Money) => BigInt(money.toString().replace('.', ''));
    fc.assert(
      fc.property(scaled, scaled, units, fc.bigInt({ min: 0n, max: 10n ** 18n }), (from, to, size, rate) => {
        const amount = Money.sum(from, [Money.fromCanonical(text(size, from.scale), 'ASSET')]);
        const ratio = Ratio.of(rate, 10n ** 9n);
        const { amount: rounded, remainder } = amount.converted(ratio, to);
        const unit = 10n ** BigInt(to.scale);
        // All three over the same denominator.
        const common = 10n ** BigInt(from.scale) * ratio.denominator * unit * remainder.denominator;
        const exact = (size * ratio.numerator * common) / (10n ** BigInt(from.scale) * ratio.denominator);
        const left = (remainder.numerator * common) / remainder.denominator;
        expect((unitsOf(rounded) * common) / unit + left).toBe(exact);
        expect((left < 0n ? -left : left) * 2n * unit <= common).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a result of more than 60 digits', () =>
    expect(() => Money.of(`1${'0'.repeat(29)}`, ETH).converted(Ratio.of(`1${'0'.repeat(14)}`))).toThrow('60 digits'));
});

function text(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const sign = units < 0n ? '-' : '';
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
