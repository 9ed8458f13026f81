import { data } from 'currency-codes';
import { currency, sameCurrency, validCurrency } from './currency.js';
import type { Currency } from './currency.js';
import { ADDED } from './iso-4217-changes.js';
import { MoneyError, quote } from './money-error.js';

/**
 * ISO 4217 gives these no minor unit ("N.A."): metals, bond market units, units of account, the test code and "no
 * currency". The `currency-codes` package reports them with 0 digits, like the yen. A spec compares this list with the
 * ISO file in the package.
 */
const WITHOUT_MINOR_UNIT: ReadonlySet<string> = new Set([
  'XAG',
  'XAU',
  'XBA',
  'XBB',
  'XBC',
  'XBD',
  'XDR',
  'XPD',
  'XPT',
  'XSU',
  'XTS',
  'XUA',
  'XXX',
]);

/** The currencies and own assets of an installation, by code. Immutable. */
export class CurrencyTable {
  static #iso4217: CurrencyTable | undefined;

  readonly #byCode: ReadonlyMap<string, Currency>;
  readonly #sorted: readonly Currency[];

  private constructor(byCode: ReadonlyMap<string, Currency>) {
    this.#byCode = byCode;
    this.#sorted = Object.freeze([...byCode.values()].sort((a, b) => (a.code < b.code ? -1 : 1)));
  }

  /**
   * All currencies of ISO 4217 that have a minor unit, with their scale.
   * Source: ISO 4217 list one of 2024-06-25, through the `currency-codes` package (`Intl` disagrees on IQD, AFN, HUF, MGA), and what was
   * added since. A code that was withdrawn since stays: wallets may hold it.
   */
  static iso4217(): CurrencyTable {
    return (CurrencyTable.#iso4217 ??= new CurrencyTable(
      new Map([
        ...data
          .filter(({ code }) => !WITHOUT_MINOR_UNIT.has(code))
          .map(({ code, digits }) => [code, currency(code, digits)] as const),
        ...ADDED.map(([code, scale]) => [code, currency(code, scale)] as const),
      ]),
    ));
  }

  /**
   * Returns a table with own assets added. An asset that exists with the same scale changes nothing.
   * @throws MoneyError `malformed_currency` when one is malformed or its code exists with another scale: amounts in the
   *   log would change their meaning
   */
  with(...own: Currency[]): CurrencyTable {
    const byCode = new Map(this.#byCode);
    for (const candidate of own) {
      const added = validCurrency(candidate);
      const present = byCode.get(added.code);
      if (present !== undefined && !sameCurrency(present, added)) {
        throw new MoneyError(
          'malformed_currency',
          `${quote(added.code)} exists with scale ${present.scale}: it cannot also have scale ${added.scale}`,
        );
      }
      byCode.set(added.code, added);
    }
    return new CurrencyTable(byCode);
  }

  /** The currency with this code (case-sensitive), or undefined. */
  find(code: string): Currency | undefined {
    return this.#byCode.get(code);
  }

  /**
   * The currency with this code (case-sensitive).
   * @throws MoneyError `unknown_currency`
   */
  get(code: string): Currency {
    const found = this.#byCode.get(code);
    if (found === undefined) {
      throw new MoneyError('unknown_currency', `${quote(code)} is not a known currency code`);
    }
    return found;
  }

  /** Every currency, sorted by code. */
  all(): readonly Currency[] {
    return this.#sorted;
  }
}
