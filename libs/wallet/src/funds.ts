import type { Currency, Money } from '@tidemark/money';
import { reject, type Decision } from './declaring/decision.js';
import { insufficientFunds, tooManyCurrencies } from './rejections.js';
import { balanceOf, type Wallet } from './wallet.js';

// Rules about a wallet's money that several capabilities share.

/** A state is loaded, cached and answered as a whole, so it must stay small. */
export const CURRENCIES_MAX = 100;

/** A rejection where the wallet cannot pay an amount out of its balance and overdraft. */
export function refuseWithoutFunds(requested: Money, walletId: string, wallet: Wallet): Decision | undefined {
  const { posted: available, overdraftLimit } = balanceOf(wallet, requested.currency);
  if (!available.plus(overdraftLimit).lessThan(requested)) return undefined;
  return reject(insufficientFunds, { walletId, requested, available, overdraftLimit });
}

/** A rejection where the wallet has no room for one more currency. */
export function refuseWithoutRoom(currency: Currency, walletId: string, { balances }: Wallet): Decision | undefined {
  if (currency.code in balances || Object.keys(balances).length < CURRENCIES_MAX) return undefined;
  return reject(tooManyCurrencies, { walletId, currenciesMax: CURRENCIES_MAX });
}

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
