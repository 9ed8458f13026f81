import { Decimal } from 'decimal.js';

/**
 * Significant digits kept by every operation. Inputs have at most 30 integer and 18 fraction digits, so 10⁶ of them add
 * up to at most 54 digits; decimal.js' default of 20 would round such sums silently.
 */
export const PRECISION_DIGITS = 60;

/** The one decimal.js constructor of the service: its own clone, so that no other code can reconfigure it. */
export const ExactDecimal = Decimal.clone({
  precision: PRECISION_DIGITS,
  rounding: Decimal.ROUND_HALF_EVEN,
  // The widest limits decimal.js takes: numbers never print with an exponent.
  toExpNeg: -9e15,
  toExpPos: 9e15,
  defaults: true,
});

export type ExactDecimal = Decimal;
