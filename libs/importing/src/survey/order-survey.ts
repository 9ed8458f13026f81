import type { Money } from '@tidemark/money';
import type { DirectedAmount } from '../amounts/amount-columns.js';

/** Which rows of a file stand first. `as it is`: nothing says that they are not in the order of what happened. */
export type Order = 'oldest first' | 'newest first' | 'as it is';

/** Tells the order of a file by its dates, each wallet's by itself. */
export class DateOrder {
  private readonly last = new Map<string, string>();
  private later = 0;
  private earlier = 0;

  /** @param at RFC 3339 in UTC, which sorts as text */
  look(walletId: string, at: string): void {
    const before = this.last.get(walletId);
    this.last.set(walletId, at);
    if (before === undefined || before === at) return;
    if (at > before) this.later++;
    else this.earlier++;
  }

  /** @returns undefined when the dates do not say */
  order(): Order | undefined {
    if (this.later > 0 && this.earlier === 0) return 'oldest first';
    return this.earlier > 0 && this.later === 0 ? 'newest first' : undefined;
  }
}

/** Tells the order of a file by its running balances: after each movement, or before it when read the other way. */
export class BalanceOrder {
  private readonly last = new Map<string, { readonly balance: Money; readonly signed: Money }>();
  private forwards = 0;
  private backwards = 0;

  look(walletId: string, { direction, amount }: DirectedAmount, balance: Money): void {
    const key = `${walletId} ${balance.currency.code}`;
    const signed = direction === 'credit' ? amount : amount.negated();
    const before = this.last.get(key);
    this.last.set(key, { balance, signed });
    if (!before) return;
    if (before.balance.plus(signed).equals(balance)) this.forwards++;
    if (balance.plus(before.signed).equals(before.balance)) this.backwards++;
  }

  /** @returns undefined when the balances do not say */
  order(): Order | undefined {
    if (this.forwards === this.backwards) return undefined;
    return this.forwards > this.backwards ? 'oldest first' : 'newest first';
  }
}
