import { MoneyError, quote } from './money-error.js';
import { Ratio, greatestCommonDivisor } from './ratio.js';

/**
 * Splits a whole number in proportion to weights by the largest remainder method (Hamilton's): each share gets its
 * quota rounded towards zero. The remaining units go one by one to the largest remainders. On a tie the earlier share is first.
 * @param total any sign; the split of -n is the negated split of n
 * @param weights not negative, their sum positive; a share of weight 0 gets 0
 * @returns one share for each weight, in the same order; they add up to `total`
 */
export function largestRemainder(total: bigint, weights: readonly bigint[]): bigint[] {
  const sign = total < 0n ? -1n : 1n;
  const size = total * sign;
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
  const quotas = weights.map((weight, index) => ({
    index,
    share: (size * weight) / weightSum,
    remainder: (size * weight) % weightSum,
  }));
  let left = size - quotas.reduce((sum, { share }) => sum + share, 0n);
  const shares = quotas.map(({ share }) => share);
  // Array.prototype.sort is stable (ECMAScript 2019): equal remainders stay in the order of the weights.
  quotas.sort((a, b) => (a.remainder === b.remainder ? 0 : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of quotas) {
    if (left === 0n) break;
    shares[index]! += 1n;
    left -= 1n;
  }
  return shares.map((share) => share * sign);
}

/**
 * Converts ratios to whole weights over their least common denominator. A bigint is a weight already.
 * @throws MoneyError `malformed_ratio` when the list is empty, one is negative or neither a Ratio nor a bigint, or all are 0
 */
export function wholeWeights(ratios: readonly (Ratio | bigint)[]): bigint[] {
  const terms = ratios.map((ratio) => {
    if (typeof ratio === 'bigint') return { numerator: ratio, denominator: 1n };
    if (ratio instanceof Ratio) return ratio;
    throw new MoneyError('malformed_ratio', `${quote(ratio)} is neither a Ratio nor a bigint`);
  });
  const negative = terms.find(({ numerator }) => numerator < 0n);
  if (negative !== undefined) {
    throw new MoneyError('malformed_ratio', `${quote(String(negative.numerator))} is negative: a share cannot be`);
  }
  if (terms.every(({ numerator }) => numerator === 0n)) {
    throw new MoneyError('malformed_ratio', 'an amount needs at least one ratio above 0 to be split');
  }
  const denominator = terms.reduce(
    (multiple, term) => (multiple / greatestCommonDivisor(multiple, term.denominator)) * term.denominator,
    1n,
  );
  return terms.map((term) => term.numerator * (denominator / term.denominator));
}
