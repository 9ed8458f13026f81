import { Money } from '@tidemark/money';
import type { DirectedAmount } from './amounts/amount-columns.js';

/** Canonical amounts by currency code, sorted by code. */
export type AmountsByCurrency = Record<string, string>;

/** What the movements of an import add up to, exactly, by currency. */
export class Totals {
  private readonly byCurrency = new Map<string, { credits: Money; debits: Money }>();

  /** @throws MoneyError `too_many_digits` */
  add({ direction, amount }: DirectedAmount): void {
    const { currency } = amount;
    const zero = Money.zero(currency);
    const { credits, debits } = this.byCurrency.get(currency.code) ?? { credits: zero, debits: zero };
    this.byCurrency.set(
      currency.code,
      direction === 'credit' ? { credits: credits.plus(amount), debits } : { credits, debits: debits.plus(amount) },
    );
  }

  /** `net` is credits less debits. */
  toJSON(): { credits: AmountsByCurrency; debits: AmountsByCurrency; net: AmountsByCurrency } {
    return {
      credits: this.each(({ credits }) => credits),
      debits: this.each(({ debits }) => debits),
      net: this.each(({ credits, debits }) => credits.minus(debits)),
    };
  }

  private each(pick: (sums: { credits: Money; debits: Money }) => Money): AmountsByCurrency {
    const sorted = [...this.byCurrency].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([code, sums]) => [code, pick(sums).toString()]));
  }
}
