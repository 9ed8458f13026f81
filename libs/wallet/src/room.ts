import type { Currency } from '@tidemark/money';
import { reject, type Rejected } from './declaring/decision.js';
import { tooManyCurrencies } from './rejections.js';
import type { Wallet } from './wallet.js';

/** A state is loaded, cached and answered as a whole, so it must stay small. */
export const CURRENCIES_MAX = 100;

/** A rejection where the wallet has no room for one more currency. */
export function refuseWithoutRoom(
  currency: Currency,
  walletId: string,
  { balances }: Wallet,
): Rejected<'too_many_currencies'> | undefined {
  if (currency.code in balances || Object.keys(balances).length < CURRENCIES_MAX) return undefined;
  return reject(tooManyCurrencies, { walletId, currenciesMax: CURRENCIES_MAX });
}
