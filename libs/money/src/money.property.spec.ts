import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currency } from './currency.js';
import { Money } from './money.js';
import { MoneyError } from './money-error.js';
import { Ratio } from './ratio.js';

// The oracle is a bigint of minor units, with its own conversion to text.
function textOf(units: bigint, scale: number): string {
  const unit = 10n ** BigInt(scale);
  const size = units < 0n ? -units : units;
  const fraction = scale === 0 ? '' : `.${(size % unit).toString().padStart(scale, '0')}`;
  return `${units < 0n ? '-' : ''}${size / unit}${fraction}`;
}

const UNITS_MAX = 10n ** 30n - 1n;
const asset = fc.integer({ min: 0, max: 18 }).map((scale) => currency('ASSET', scale));
// Small amounts test carries and zeros, large ones the precision.
const units = fc.oneof(fc.bigInt({ min: -200n, max: 200n }), fc.bigInt({ min: -UNITS_MAX, max: UNITS_MAX }));
const ETH = currency('ETH', 18);

describe('against bigints', () => {
  it('plus, minus, negated, abs and compare agree', () => {
    fc.assert(
      fc.property(asset, units, units, (of, a, b) => {
        const [x, y] = [Money.of(textOf(a, of.scale), of), Money.of(textOf(b, of.scale), of)];
        expect(x.plus(y).toString()).toBe(textOf(a + b, of.scale));
        expect(x.minus(y).toString()).toBe(textOf(a - b, of.scale));
        expect(x.negated().toString()).toBe(textOf(-a, of.scale));
        expect(x.abs().toString()).toBe(textOf(a < 0n ? -a : a, of.scale));
        expect(x.compare(y)).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect([x.isNegative(), x.isZero(), x.isPositive()]).toEqual([a < 0n, a === 0n, a > 0n]);
      }),
      { numRuns: 1000 },
    );
  });

  it('addition is associative and commutative, and minus undoes plus', () => {
    fc.assert(
      fc.property(asset, units, units, units, (of, a, b, c) => {
        const [x, y, z] = [a, b, c].map((value) => Money.of(textOf(value, of.scale), of)) as [Money, Money, Money];
        expect(x.plus(y).plus(z)).toEqual(x.plus(y.plus(z)));
        expect(x.plus(y)).toEqual(y.plus(x));
        expect(x.plus(y).minus(y)).toEqual(x);
      }),
    );
  });

  it('the sum of 10⁶ amounts of 30 integer and 18 fraction digits is exact', { timeout: 60_000 }, () => {
    const COUNT = 1_000_000;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (seed) => {
        let state = seed;
        const digits = (): string => {
          // xorshift32: twelve digits a step, from any seed except 0.
          state ^= state << 13;
          state ^= state >>> 17;
          state ^= state << 5;
          return ((state >>> 0) * 229).toString().padStart(12, '0').slice(-12);
        };
        let oracle = 0n;
        function* amounts(): Generator<Money> {
          for (let index = 0; index < COUNT; index += 1) {
            // Most are positive and near the maximum, so that the sum grows to 54 digits.
            const size = `9${digits()}${digits()}${digits()}${digits()}`.slice(0, 48);
            const sign = index % 10 === 0 ? '-' : '';
            oracle += BigInt(sign + size);
            yield Money.of(`${sign}${size.slice(0, 30)}.${size.slice(30)}`, ETH);
          }
        }
        const sum = Money.sum(ETH, amounts());
        expect(oracle).toBeGreaterThan(10n ** 53n);
        expect(sum.toString()).toBe(textOf(oracle, 18));
      }),
      { numRuns: 1 },
    );
  });
});

describe('text', () => {
  it('of and fromCanonical read back what toString writes', () => {
    fc.assert(
      fc.property(asset, units, (of, a) => {
        const money = Money.of(textOf(a, of.scale), of);
        expect(money.toString()).toBe(textOf(a, of.scale));
        expect(Money.of(money.toString(), of)).toEqual(money);
        expect(Money.fromCanonical(money.toString(), of.code)).toEqual(money);
        // The result of an addition has no cached text of its input.
        expect(money.plus(Money.zero(of)).toString()).toBe(textOf(a, of.scale));
      }),
    );
  });

  it('missing fraction digits are zeros', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), (a, given, missing) => {
        const of = currency('ASSET', given + missing);
        expect(Money.of(textOf(a, given), of).toString()).toBe(textOf(a * 10n ** BigInt(missing), of.scale));
      }),
    );
  });

  const junk = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'0012345679.-+eExX_ ,nNaI\n٣') }),
    // One edit away from an amount: the junk that is hardest to detect.
    fc
      .tuple(units, fc.nat({ max: 34 }), fc.string({ unit: fc.constantFrom(...'0.-+e_ '), maxLength: 2 }))
      .map(([a, at, edit]) => `${textOf(a, 2).slice(0, at)}${edit}${textOf(a, 2).slice(at)}`),
  );

  it('every string is refused with a MoneyError or printed unchanged, except for zeros added to the fraction', () => {
    fc.assert(
      fc.property(junk, (text) => {
        let out: string;
        try {
          out = Money.of(text, ETH).toString();
        } catch (error) {
          expect(error).toBeInstanceOf(MoneyError);
          return;
        }
        const [integer, fraction = ''] = text.split('.');
        expect(out).toBe(`${integer}.${fraction.padEnd(18, '0')}`);
        expect(out).not.toMatch(/^-[0.]*$/);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('allocate', () => {
  const ratio = fc
    .tuple(fc.bigInt({ min: 0n, max: 1000n }), fc.bigInt({ min: 1n, max: 1000n }))
    .map(([numerator, denominator]) => Ratio.of(numerator, denominator));
  const ratios = fc
    .array(ratio, { minLength: 1, maxLength: 10 })
    .filter((all) => all.some(({ numerator }) => numerator > 0n));

  it('the shares add up to the amount; shares of equal ratios differ by at most one minor unit, and the earlier is the larger', () => {
    fc.assert(
      fc.property(asset, units, ratios, (of, a, by) => {
        const amount = Money.of(textOf(a, of.scale), of);
        const shares = amount.allocate(by);
        expect(Money.sum(of, shares)).toEqual(amount);
        const unit = Money.of(textOf(1n, of.scale), of);
        by.forEach((one, index) => {
          const twin = by.findIndex((other) => other.equals(one));
          const [first, later] = [shares[twin]!.abs(), shares[index]!.abs()];
          expect(first.minus(later).lessThanOrEqual(unit)).toBe(true);
          expect(first.greaterThanOrEqual(later)).toBe(true);
        });
        expect(amount.allocate(by)).toEqual(shares);
      }),
    );
  });
});
