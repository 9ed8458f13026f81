import type { Money } from '@tidemark/money';
import { balanceOf, type Wallet } from './wallet.js';

// What `doctor` says of events that no decision could have made.

/** What is wrong with an event that adds money. */
export function notPositive(amount: Money): string | undefined {
  return amount.isPositive() ? undefined : `the amount is not positive: ${textOf(amount)}`;
}

/** What is wrong with an event that took money from a wallet, or with the wallet after it. */
export function overspent(type: string, amount: Money, after: Wallet | undefined): string | undefined {
  if (!amount.isPositive() || !after) return notPositive(amount);
  const { posted, overdraftLimit } = balanceOf(after, amount.currency);
  if (!posted.plus(overdraftLimit).isNegative()) return undefined;
  return `${type} of ${textOf(amount)} leaves ${textOf(posted)}, the limit is ${overdraftLimit.negated()}`;
}

/** As in `10.00 EUR`. */
export function textOf(amount: Money): string {
  return `${amount} ${amount.currency.code}`;
}
