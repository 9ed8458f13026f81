import { MoneyError, quote } from './money-error.js';

/** An ISO 4217 currency or an own asset. Two currencies are the same when code and scale are. */
export interface Currency {
  /** 3 to 12 characters, `A`–`Z` and `0`–`9`, the first a letter. */
  readonly code: string;
  /** Fraction digits of an amount, 0 to 18: the decimal logarithm of the minor unit. */
  readonly scale: number;
}

/** The smallest common unit is the wei, 10⁻¹⁸ ETH. A larger scale would leave fewer of the 60 digits for the integer part. */
export const SCALE_MAX = 18;

/** ISO 4217 codes have 3 letters; own assets (`POINTS`, `USDC2`) get up to 12 characters to keep columns narrow. */
const CODE = /^[A-Z][A-Z0-9]{2,11}$/;

/** The form of a currency code, as a regular expression. */
export const CURRENCY_CODE_PATTERN = CODE.source;

/** An instance has been validated, so its code and scale need no second check. */
class ValidCurrency implements Currency {
  constructor(
    readonly code: string,
    readonly scale: number,
  ) {
    Object.freeze(this);
  }
}

/**
 * A validated, frozen currency.
 * @param code 3 to 12 characters, `/^[A-Z][A-Z0-9]{2,11}$/`
 * @param scale fraction digits, an integer from 0 to 18
 * @throws MoneyError `malformed_currency`
 */
export function currency(code: string, scale: number): Currency {
  if (typeof code !== 'string' || !CODE.test(code)) {
    throw new MoneyError(
      'malformed_currency',
      `${quote(code)} is not a currency code: 3 to 12 characters, A-Z and 0-9, the first a letter`,
    );
  }
  if (!Number.isInteger(scale) || scale < 0 || scale > SCALE_MAX) {
    throw new MoneyError(
      'malformed_currency',
      `${quote(scale)} is not a scale for ${code}: an integer from 0 to ${SCALE_MAX}`,
    );
  }
  // `+ 0` turns -0 into 0: -0 passes all three checks, but is not equal to 0 in deep comparisons.
  return new ValidCurrency(code, scale + 0);
}

/**
 * Returns the currency itself if `currency()` made it, otherwise a validated copy. An object literal satisfies the
 * interface too, but may be out of bounds or change later.
 * @throws MoneyError `malformed_currency`
 */
export function validCurrency(candidate: Currency): Currency {
  return candidate instanceof ValidCurrency ? candidate : currency(candidate.code, candidate.scale);
}

/** True when code and scale are equal. */
export function sameCurrency(a: Currency, b: Currency): boolean {
  return a === b || (a.code === b.code && a.scale === b.scale);
}
