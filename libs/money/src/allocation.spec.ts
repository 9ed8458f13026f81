import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestRemainder, wholeWeights } from './allocation.js';
import { Ratio } from './ratio.js';
import { thrownCode } from './thrown-code.fixture.js';

const total = fc.bigInt({ min: -(10n ** 48n), max: 10n ** 48n });
// Small weights tie often, large ones do not.
const weight = fc.oneof(fc.bigInt({ min: 0n, max: 4n }), fc.bigInt({ min: 0n, max: 10n ** 20n }));
const weights = fc.array(weight, { minLength: 1, maxLength: 12 }).filter((all) => all.some((one) => one > 0n));

const sumOf = (values: readonly bigint[]) => values.reduce((sum, value) => sum + value, 0n);

describe('largestRemainder', () => {
  it.each([
    ['ties go to the earlier share', 100n, [1n, 1n, 1n], [34n, 33n, 33n]],
    ['two units remain', 101n, [1n, 1n, 1n], [34n, 34n, 33n]],
    ['the largest remainder first, at any index', 10n, [1n, 1n, 4n], [2n, 2n, 6n]],
    ['a later, larger remainder beats an earlier one', 1n, [1n, 2n], [0n, 1n]],
    ['negative totals mirror positive ones', -100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
    ['a weight of 0 gets 0', 5n, [0n, 1n, 0n, 1n], [0n, 3n, 0n, 2n]],
    ['nothing to split', 0n, [3n, 1n], [0n, 0n]],
    ['fewer units than shares', 2n, [1n, 1n, 1n, 1n], [1n, 1n, 0n, 0n]],
    ['a single share', 7n, [9n], [7n]],
  ])('%s', (_, amount, ratios, shares) => {
    expect(largestRemainder(amount, ratios)).toEqual(shares);
  });

  it('adds up to the total, and each share differs from its quota by less than a unit', () => {
    fc.assert(
      fc.property(total, weights, (amount, ratios) => {
        const shares = largestRemainder(amount, ratios);
        expect(sumOf(shares)).toBe(amount);
        const weightSum = sumOf(ratios);
        shares.forEach((share, index) => {
          const error = share * weightSum - amount * ratios[index]!;
          expect(error < weightSum && error > -weightSum).toBe(true);
          if (ratios[index] === 0n) expect(share).toBe(0n);
        });
      }),
    );
  });

  it('gives the remaining units by remainder, then by position', () => {
    fc.assert(
      fc.property(total, weights, (amount, ratios) => {
        const size = amount < 0n ? -amount : amount;
        const weightSum = sumOf(ratios);
        const shares = largestRemainder(size, ratios);
        const rank = ratios.map((ratio, index) => ({
          remainder: (size * ratio) % weightSum,
          extra: shares[index]! - (size * ratio) / weightSum,
        }));
        for (let later = 1; later < rank.length; later += 1) {
          for (let earlier = 0; earlier < later; earlier += 1) {
            const [a, b] = [rank[earlier]!, rank[later]!];
            if (a.remainder >= b.remainder) expect(a.extra).toBeGreaterThanOrEqual(b.extra);
            else expect(a.extra).toBeLessThanOrEqual(b.extra);
          }
        }
      }),
    );
  });

  it('negates the shares of a negated total, and ignores a common factor of the weights', () => {
    fc.assert(
      fc.property(total, weights, fc.bigInt({ min: 1n, max: 1000n }), (amount, ratios, factor) => {
        const shares = largestRemainder(amount, ratios);
        expect(largestRemainder(-amount, ratios)).toEqual(shares.map((share) => -share));
        expect(
          largestRemainder(
            amount,
            ratios.map((ratio) => ratio * factor),
          ),
        ).toEqual(shares);
      }),
    );
  });
});

describe('wholeWeights', () => {
  it.each([
    ['bigints as they are', [4n, 6n], [4n, 6n]],
    ['ratios over their least common denominator', ['1/4', '1/6', '0'].map((text) => Ratio.of(text)), [3n, 2n, 0n]],
    ['whole ratios', ['2', '3'].map((text) => Ratio.of(text)), [2n, 3n]],
  ])('takes %s', (_, ratios, whole) => {
    expect(wholeWeights(ratios)).toEqual(whole);
  });

  it.each([
    ['none', []],
    ['only zeros', [0n, 0n]],
    ['a zero ratio', [Ratio.of('0')]],
    ['a negative weight', [3n, -1n]],
    ['a negative ratio', [Ratio.of('3'), Ratio.of('-1/3')]],
    ['a number', [1]],
    ['a string', ['1/3']],
    ['a hole', [undefined, 1n]],
  ])('refuses %s', (_, ratios) => {
    expect(thrownCode(() => wholeWeights(ratios as bigint[]))).toBe('malformed_ratio');
  });
});
