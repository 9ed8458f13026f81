import type { Money } from '@tidemark/money';
import { FileRefused } from '../file-refused.js';
import { currencyReader, moneyReader, type KnownCurrencies } from '../amounts/amount-columns.js';
import type { FileStyle } from '../amounts/file-style.js';
import { Columns } from './columns.js';
import type { Mapping } from './mapping.js';
import { walletIdReader } from './wallet-ids.js';

/** What a row claims that its wallet holds after it. */
export interface ClaimedBalance {
  readonly walletId: string;
  readonly balance: Money;
}

/**
 * A reader of the balances that a file claims.
 *
 * @param where file and line of the header, for messages
 * @returns a function from a row's fields to the claim, which throws MalformedRow with the reason
 * @throws FileRefused when the mapping names no balance column, or a column is missing
 */
export function claimedBalanceReader(
  where: string,
  header: readonly string[],
  mapping: Mapping,
  currencies: KnownCurrencies,
  style: FileStyle,
): (fields: readonly string[]) => ClaimedBalance {
  const columns = new Columns(where, header);
  const { movements } = mapping;
  if (movements.balance === undefined) {
    throw new FileRefused('the mapping names no column "movements.balance" to compare with');
  }
  const wallet = walletIdReader(columns, movements.wallet, mapping);
  const currency = currencyReader(columns, movements.currency, mapping, currencies);
  const balance = moneyReader(columns, movements.balance, currency, style);
  return (fields) => ({ walletId: wallet(fields), balance: balance(fields) });
}
