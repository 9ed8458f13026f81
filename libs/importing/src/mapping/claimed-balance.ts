import type { Money } from '@tidemark/money';
import { FileRefused } from '../file-refused.js';
import { moneyReader, type KnownCurrencies } from './amounts.js';
import { Columns } from './columns.js';
import type { Mapping } from './mapping.js';
import { walletIdOf } from './wallet-row.js';

/** What a row claims that its wallet holds after it. */
export interface ClaimedBalance {
  readonly walletId: string;
  readonly balance: Money;
}

/**
 * A reader of the balances that a file claims.
 *
 * @returns a function from a row's fields to the claim, which throws MalformedRow with the reason
 * @throws FileRefused when the mapping names no balance column, or a column is missing
 */
export function claimedBalanceReader(
  file: string,
  header: readonly string[],
  mapping: Mapping,
  currencies: KnownCurrencies,
): (fields: readonly string[]) => ClaimedBalance {
  const columns = new Columns(file, header);
  const { movements, walletPrefix } = mapping;
  if (movements.balance === undefined) {
    throw new FileRefused('the mapping names no column "movements.balance" to compare with');
  }
  const wallet = columns.column(movements.wallet);
  const balance = moneyReader(columns, movements.balance, mapping, currencies);
  return (fields) => ({ walletId: walletIdOf(walletPrefix, wallet(fields)), balance: balance(fields) });
}
