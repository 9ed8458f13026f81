import { MoneyError, quote } from './money-error.js';

/**
 * Digits of a numerator or denominator in lowest terms. A chain of `plus` or `times` can double them at every step;
 * 60 digits are as precise as the amounts.
 */
const TERM_DIGITS_MAX = 60;
const TERM_LIMIT = 10n ** BigInt(TERM_DIGITS_MAX);

/** Sign, two terms and a separator. Before reduction a term may have twice the digits. BigInt() is slow for longer texts. */
const TEXT_LENGTH_MAX = 4 * TERM_DIGITS_MAX + 2;

const FRACTION = /^(-?(?:0|[1-9][0-9]*))\/([1-9][0-9]*)$/;
const DECIMAL = /^(-?(?:0|[1-9][0-9]*))(?:\.([0-9]+))?$/;
const NEGATIVE_ZERO = /^-[0.]+(?:\/|$)/;

/** An exact fraction of two integers in lowest terms, the denominator positive. */
export class Ratio {
  private constructor(
    readonly numerator: bigint,
    readonly denominator: bigint,
  ) {}

  /**
   * @param text a fraction `'1/3'` or a decimal `'0.25'`, `'3'`; a leading `-` is allowed, `+`, blanks, exponents and
   *   leading zeros are not
   * @throws MoneyError `not_a_string`, `malformed_ratio` (also for a zero denominator), `negative_zero`, `too_many_digits`
   */
  static of(text: string): Ratio;
  /**
   * @throws MoneyError `malformed_ratio` when the denominator is zero or missing, `too_many_digits`
   */
  static of(numerator: bigint, denominator: bigint): Ratio;
  static of(first: string | bigint, second?: bigint): Ratio {
    if (typeof first === 'bigint') {
      if (typeof second !== 'bigint') {
        throw new MoneyError('malformed_ratio', `${quote(second)} is not a denominator: it must be a bigint`);
      }
      return Ratio.#reduced(first, second);
    }
    if (typeof first !== 'string') {
      throw new MoneyError('not_a_string', `${quote(first)} is not a ratio: only a string or two bigints are read`);
    }
    if (second !== undefined) {
      throw new MoneyError('malformed_ratio', `${quote(first)} with a denominator: give one string or two bigints`);
    }
    return Ratio.#parsed(first);
  }

  static #parsed(text: string): Ratio {
    if (text.length > TEXT_LENGTH_MAX) {
      throw new MoneyError('too_many_digits', `${quote(text)} has more than ${TEXT_LENGTH_MAX} characters`);
    }
    const fraction = FRACTION.exec(text);
    const decimal = fraction === null ? DECIMAL.exec(text) : null;
    if (fraction === null && decimal === null) {
      throw new MoneyError('malformed_ratio', `${quote(text)} is not a ratio such as "1/3" or "0.25"`);
    }
    if (NEGATIVE_ZERO.test(text)) {
      throw new MoneyError('negative_zero', `${quote(text)} is a negative zero`);
    }
    if (fraction !== null) return Ratio.#reduced(BigInt(fraction[1]!), BigInt(fraction[2]!));
    const fractionDigits = decimal![2] ?? '';
    return Ratio.#reduced(BigInt(decimal![1]! + fractionDigits), 10n ** BigInt(fractionDigits.length));
  }

  static #reduced(numerator: bigint, denominator: bigint): Ratio {
    if (denominator === 0n) throw new MoneyError('malformed_ratio', 'a ratio with the denominator 0 has no value');
    const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
    const ratio = new Ratio(numerator / divisor, denominator / divisor);
    if (ratio.numerator >= TERM_LIMIT || ratio.numerator <= -TERM_LIMIT || ratio.denominator >= TERM_LIMIT) {
      throw new MoneyError(
        'too_many_digits',
        `${quote(ratio.toString())} has a term of more than ${TERM_DIGITS_MAX} digits in lowest terms`,
      );
    }
    return ratio;
  }

  /** @throws MoneyError `too_many_digits` */
  plus(other: Ratio): Ratio {
    return Ratio.#reduced(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  /** @throws MoneyError `too_many_digits` */
  times(other: Ratio): Ratio {
    return Ratio.#reduced(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  equals(other: Ratio): boolean {
    return this.numerator === other.numerator && this.denominator === other.denominator;
  }

  /** `'1/3'`, or `'3'` when the denominator is 1; `Ratio.of` reads it back. */
  toString(): string {
    return this.denominator === 1n ? `${this.numerator}` : `${this.numerator}/${this.denominator}`;
  }
}

/** Euclid's algorithm. @returns the non-negative greatest common divisor; 0 only for two zeros */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}
