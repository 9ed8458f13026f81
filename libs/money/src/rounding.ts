/**
 * The whole number nearest to a fraction; of two that are as near, the even one (half-even, roundTiesToEven of IEEE 754).
 *
 * @param denominator above zero
 */
export function halfEven(numerator: bigint, denominator: bigint): bigint {
  const sign = numerator < 0n ? -1n : 1n;
  const size = numerator * sign;
  const whole = size / denominator;
  const twice = (size % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && whole % 2n === 1n);
  return (up ? whole + 1n : whole) * sign;
}
