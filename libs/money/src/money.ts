import { largestRemainder, wholeWeights } from './allocation.js';
import { SCALE_MAX, currency as currencyOf, sameCurrency, validCurrency } from './currency.js';
import type { Currency } from './currency.js';
import { ExactDecimal, PRECISION_DIGITS } from './decimal.js';
import { MoneyError, quote } from './money-error.js';
import { Ratio } from './ratio.js';
import { halfEven } from './rounding.js';

/**
 * Maximum of integer digits in an input. With 18 fraction digits an amount has 48 digits, and a sum of 10⁶ such amounts
 * has 54. The arithmetic keeps 60 digits, so no sum of inputs is refused in practice.
 */
export const INTEGER_DIGITS_MAX = 30;

// Checked before decimal.js parses the string, because it would also accept 0x10, 1e3, 1_000, .5, Infinity and NaN.
const AMOUNT = /^-?(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;
/** The form that `Money.of` reads, as a regular expression. `Money.of` also refuses `-0` and too many digits. */
export const AMOUNT_PATTERN = AMOUNT.source;
const NON_ZERO_DIGIT = /[1-9]/;

const ZERO = new ExactDecimal(0);

/**
 * An exact amount of one currency, of any sign. Immutable. No method rounds: a result that is not exact throws a MoneyError.
 * There is no conversion from or to a JavaScript number.
 */
export class Money {
  // Private, so that deep equality in tests compares value and currency, and not whether the text was already computed.
  #text: string | undefined;

  private constructor(
    private readonly value: ExactDecimal,
    readonly currency: Currency,
    text?: string,
  ) {
    this.#text = text;
  }

  /**
   * Reads an amount in major units, such as `'10'`, `'10.5'` or `'-0.05'`.
   * @param amount optional `-`, at most 30 integer digits without leading zeros, optionally `.` and at most
   *   `currency.scale` fraction digits; fewer are allowed
   * @throws MoneyError `not_a_string`, `malformed_amount`, `negative_zero`, `too_many_fraction_digits` (even if they are
   *   zeros), `too_many_digits`, `malformed_currency`
   */
  static of(amount: string, currency: Currency): Money {
    const valid = validCurrency(currency);
    const { integerDigits, fractionDigits } = digitsOf(amount);
    if (fractionDigits > valid.scale) {
      throw new MoneyError(
        'too_many_fraction_digits',
        `${quote(amount)} has ${fractionDigits} fraction digits: ${valid.code} has ${valid.scale}, and zeros count too`,
      );
    }
    if (integerDigits > INTEGER_DIGITS_MAX) {
      throw new MoneyError(
        'too_many_digits',
        `${quote(amount)} has ${integerDigits} integer digits: at most ${INTEGER_DIGITS_MAX} are read`,
      );
    }
    return new Money(new ExactDecimal(amount), valid, fractionDigits === valid.scale ? amount : undefined);
  }

  /** @throws MoneyError `malformed_currency` */
  static zero(currency: Currency): Money {
    return new Money(ZERO, validCurrency(currency));
  }

  /**
   * The exact sum. For no amounts it is zero.
   * @throws MoneyError `currency_mismatch`, `too_many_digits`, `malformed_currency`
   */
  static sum(currency: Currency, amounts: Iterable<Money>): Money {
    let total = Money.zero(currency);
    for (const amount of amounts) total = total.plus(amount);
    return total;
  }

  /**
   * Reads the canonical form written by `toString`. The scale is the number of fraction digits, so the log can be read
   * without a currency table. It reads every sum that `toString` can write: up to 60 digits in total, and not `of`'s 30.
   * @throws MoneyError `not_a_string`, `malformed_amount`, `negative_zero`, `too_many_fraction_digits`,
   *   `too_many_digits`, `malformed_currency`
   */
  static fromCanonical(amount: string, code: string): Money {
    const { integerDigits, fractionDigits } = digitsOf(amount);
    if (fractionDigits > SCALE_MAX) {
      throw new MoneyError(
        'too_many_fraction_digits',
        `${quote(amount)} has ${fractionDigits} fraction digits: no currency has more than ${SCALE_MAX}`,
      );
    }
    if (integerDigits + fractionDigits > PRECISION_DIGITS) throw tooManyDigits(amount);
    return new Money(new ExactDecimal(amount), currencyOf(code, fractionDigits), amount);
  }

  /** @throws MoneyError `currency_mismatch`, `too_many_digits` */
  plus(other: Money): Money {
    this.#assertSameCurrency(other);
    return this.#exact(this.value.plus(other.value));
  }

  /** @throws MoneyError `currency_mismatch`, `too_many_digits` */
  minus(other: Money): Money {
    this.#assertSameCurrency(other);
    return this.#exact(this.value.minus(other.value));
  }

  negated(): Money {
    // decimal.js has a negative zero. This avoids it.
    return this.value.isZero() ? this : new Money(this.value.neg(), this.currency);
  }

  abs(): Money {
    return this.isNegative() ? this.negated() : this;
  }

  /**
   * -1 when this is less, 0 when equal, 1 when greater.
   * @throws MoneyError `currency_mismatch`
   */
  compare(other: Money): -1 | 0 | 1 {
    this.#assertSameCurrency(other);
    return this.value.cmp(other.value) as -1 | 0 | 1;
  }

  /** @throws MoneyError `currency_mismatch`: to compare 10 EUR with 10 USD is a mistake of the caller, so the result is not `false` */
  equals(other: Money): boolean {
    return this.compare(other) === 0;
  }

  /** @throws MoneyError `currency_mismatch` */
  lessThan(other: Money): boolean {
    return this.compare(other) < 0;
  }

  /** @throws MoneyError `currency_mismatch` */
  lessThanOrEqual(other: Money): boolean {
    return this.compare(other) <= 0;
  }

  /** @throws MoneyError `currency_mismatch` */
  greaterThan(other: Money): boolean {
    return this.compare(other) > 0;
  }

  /** @throws MoneyError `currency_mismatch` */
  greaterThanOrEqual(other: Money): boolean {
    return this.compare(other) >= 0;
  }

  isZero(): boolean {
    return this.value.isZero();
  }

  /** Strictly above zero. */
  isPositive(): boolean {
    return this.value.s > 0 && !this.value.isZero();
  }

  /** Strictly below zero. */
  isNegative(): boolean {
    return this.value.s < 0;
  }

  /**
   * Splits the amount in proportion to the ratios, which need not add up to 1. Largest remainder method; on a tie the
   * earlier share is first.
   * @returns one amount for each ratio, in the same order; they add up to this amount exactly
   * @throws MoneyError `malformed_ratio` when there is no ratio, one is negative, or all are zero
   */
  allocate(ratios: readonly Ratio[] | readonly bigint[]): Money[] {
    const { scale } = this.currency;
    const minorUnits = BigInt(this.toString().replace('.', ''));
    return largestRemainder(minorUnits, wholeWeights(ratios)).map((share) => {
      const text = majorUnits(share, scale);
      return new Money(new ExactDecimal(text), this.currency, text);
    });
  }

  /**
   * The amount times a ratio, rounded half-even to the scale of a currency: an exchange, or a part such as a percentage.
   *
   * @returns the rounded amount, and what the exact product is above it, in major units: at most half a minor unit either way
   * @throws MoneyError `too_many_digits` for a result of more than 60 digits, or a remainder with longer terms; `malformed_currency`
   */
  converted(ratio: Ratio, to: Currency = this.currency): { amount: Money; remainder: Ratio } {
    const valid = validCurrency(to);
    const minorUnits = BigInt(this.toString().replace('.', ''));
    const [from, into] = [10n ** BigInt(this.currency.scale), 10n ** BigInt(valid.scale)];
    // The exact product is numerator / denominator minor units of `to`.
    const numerator = minorUnits * ratio.numerator * into;
    const denominator = ratio.denominator * from;
    const rounded = halfEven(numerator, denominator);
    const text = majorUnits(rounded, valid.scale);
    if (text.replace(/\D/g, '').length > PRECISION_DIGITS) throw tooManyDigits(text);
    const remainder = Ratio.of(numerator - rounded * denominator, denominator * into);
    return { amount: new Money(new ExactDecimal(text), valid, text), remainder };
  }

  /** Canonical: exactly `scale` fraction digits, no exponent, no `-0` (`'10.00'`, `'-0.05'`, JPY `'10'`). */
  toString(): string {
    return (this.#text ??= this.value.toFixed(this.currency.scale));
  }

  /** The JSON form, in HTTP and in the log: canonical amount and currency code. */
  toJSON(): { amount: string; currency: string } {
    return { amount: this.toString(), currency: this.currency.code };
  }

  /**
   * `a < b` and `a + b` compile for any objects. They would compare or join the texts ('9.00' above '10.00').
   * @throws TypeError always
   */
  valueOf(): never {
    throw new TypeError('Money has no operators: use compare, lessThan, plus, minus');
  }

  #assertSameCurrency(other: Money): void {
    if (sameCurrency(this.currency, other.currency)) return;
    throw new MoneyError(
      'currency_mismatch',
      `${describe(this.currency)} and ${describe(other.currency)} do not mix: convert first`,
    );
  }

  /** Refuses a result of more than 60 digits, fraction digits included: decimal.js may have rounded it. */
  #exact(result: ExactDecimal): Money {
    // `e` is the decimal exponent, so a result has at most e + 1 integer digits.
    if (result.e + 1 + this.currency.scale > PRECISION_DIGITS) throw tooManyDigits(result.toFixed(0));
    return new Money(result, this.currency);
  }
}

function digitsOf(amount: string): { integerDigits: number; fractionDigits: number } {
  if (typeof amount !== 'string') {
    throw new MoneyError('not_a_string', `${quote(amount)} is not an amount: only strings are read`);
  }
  const match = AMOUNT.exec(amount);
  if (match === null) {
    throw new MoneyError(
      'malformed_amount',
      `${quote(amount)} is not an amount: digits without leading zeros, optionally "-" before and ".digits" after`,
    );
  }
  if (amount.startsWith('-') && !NON_ZERO_DIGIT.test(amount)) {
    throw new MoneyError('negative_zero', `${quote(amount)} is a negative zero`);
  }
  return { integerDigits: match[1]!.length, fractionDigits: match[2]?.length ?? 0 };
}

function majorUnits(minorUnits: bigint, scale: number): string {
  if (scale === 0) return minorUnits.toString();
  const sign = minorUnits < 0n ? '-' : '';
  const digits = (minorUnits < 0n ? -minorUnits : minorUnits).toString().padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function tooManyDigits(amount: string): MoneyError {
  return new MoneyError(
    'too_many_digits',
    `${quote(amount)} has more than ${PRECISION_DIGITS} digits with its fraction`,
  );
}

function describe({ code, scale }: Currency): string {
  return `${code} (scale ${scale})`;
}
