import { currenciesIn, fundsOf, type Wallet } from '@tidemark/wallet';
import type { BalanceView } from './outcome.js';

/**
 * A wallet's balances as the wire shows them, by currency code.
 *
 * @param now ISO 8601, UTC: what has expired by then is not held any more
 */
export function balancesView(wallet: Wallet, now: string): BalanceView[] {
  return currenciesIn(wallet, now).map((currency) => {
    const { posted, held, pendingIn, pendingOut, available, overdraftLimit } = fundsOf(wallet, currency, now);
    const view: { -readonly [K in keyof BalanceView]: BalanceView[K] } = {
      currency: currency.code,
      posted: posted.toString(),
      held: held.toString(),
      available: available.toString(),
    };
    if (!pendingIn.isZero()) view.pendingIn = pendingIn.toString();
    if (!pendingOut.isZero()) view.pendingOut = pendingOut.toString();
    if (!overdraftLimit.isZero()) view.overdraftLimit = overdraftLimit.toString();
    return view;
  });
}

/** Balances with what is left out where it is zero, as in outcomes that are stored. */
export function fullBalances(balances: readonly BalanceView[]) {
  return balances.map(({ currency, posted, held, pendingIn, pendingOut, available, overdraftLimit }) => {
    const zero = zeroLike(posted);
    const full = { currency, posted, held, pendingIn: pendingIn ?? zero, pendingOut: pendingOut ?? zero, available };
    return overdraftLimit === undefined ? full : { ...full, overdraftLimit };
  });
}

/** `0.00` for an amount with two fraction digits. */
function zeroLike(amount: string): string {
  const point = amount.indexOf('.');
  return point < 0 ? '0' : `0.${'0'.repeat(amount.length - point - 1)}`;
}
