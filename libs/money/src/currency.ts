import { MoneyError, quote } from './money-error.js';

/** An ISO 4217 currency or an own asset. Two currencies are the same when code and scale are. */
export interface Currency {
  /** 3 to 12 characters, `A`–`Z` and `0`–`9`, the first a letter. */
  readonly code: string;
  /** Fraction digits of an amount, 0 to 18: the decimal logarithm of the minor unit. */
  readonly scale: number;
}

/** The smallest unit in circulation that needs naming is the wei, 10⁻¹⁸ ETH; more would eat into the 60-digit precision. */
export const SCALE_MAX = 18;

/** ISO 4217 codes have 3 letters; own assets (`POINTS`, `USDC2`) get up to 12 characters so that columns stay narrow. */
const CODE = /^[A-Z][A-Z0-9]{2,11}$/;

/** The form of a currency code, as a regular expression. */
export const CURRENCY_CODE_PATTERN = CODE.source;

/** Instances are proof of validation: code that gets one need not look at code and scale again. */
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
  // `+ 0` because -0 passes all three tests and would print and compare oddly.
  return new ValidCurrency(code, scale + 0);
}

/**
 * The currency itself when it came from `currency()`, else a validated copy: an object literal satisfies the interface
 * too, and could be out of bounds or change later.
 * @throws MoneyError `malformed_currency`
 */
export function validCurrency(candidate: Currency): Currency {
  return candidate instanceof ValidCurrency ? candidate : currency(candidate.code, candidate.scale);
}

/** True when code and scale are equal. */
export function sameCurrency(a: Currency, b: Currency): boolean {
  return a === b || (a.code === b.code && a.scale === b.scale);
}
