import type { KnownCurrencies } from './amounts/amount-columns.js';
import type { FileStyle } from './amounts/file-style.js';
import { FileRefused } from './file-refused.js';
import { claimedBalanceReader, type ClaimedBalance } from './mapping/claimed-balance.js';
import { Columns } from './mapping/columns.js';
import { effectiveTimeReader } from './mapping/dates.js';
import type { Mapping } from './mapping/mapping.js';
import { movementReader, type Movement } from './mapping/movement-row.js';
import { MalformedRow } from './mapping/row-problem.js';

/** What a row claims, and when. A row without a balance claims nothing. */
export interface Claim extends Partial<ClaimedBalance> {
  /** RFC 3339 in UTC; empty where the file has no dates. */
  readonly at: string;
  /** Of the row; undefined where the file has no amounts. */
  readonly movements: readonly Movement[] | undefined;
}

/**
 * A reader of the claims of a file. A file of balances alone, without amounts or dates, has claims too.
 *
 * @param where file and line of the header, for messages
 * @param day that is compared; each row needs a date then
 * @returns a function from a row's fields, which returns undefined for a row that the mapping leaves out, and throws MalformedRow
 * @throws FileRefused when a column is missing
 */
export function claimReader(
  where: string,
  header: readonly string[],
  mapping: Mapping,
  currencies: KnownCurrencies,
  style: FileStyle,
  day: string | undefined,
): (fields: readonly string[]) => Claim | undefined {
  const claimed = claimedBalanceReader(where, header, mapping, currencies, style);
  const columns = new Columns(where, header);
  const { effectiveAt } = mapping.movements;
  if (day !== undefined && effectiveAt === undefined) {
    throw new FileRefused('the mapping names no column "movements.effectiveAt", and --at compares a day');
  }
  const balance = columns.column(mapping.movements.balance!);
  const hasTime = effectiveAt !== undefined && (day !== undefined || columns.has(effectiveAt));
  const time = hasTime ? effectiveTimeReader(columns, effectiveAt) : () => '';
  const movement = orNothing(() => movementReader(where, header, mapping, currencies, style));
  return (fields) => {
    const row = movement?.(fields);
    if (movement && !row) return undefined;
    const at = time(fields);
    if (day !== undefined && at === '') throw new MalformedRow('the row has no date, and --at compares a day');
    const movements = row && [row, ...row.more];
    // Many statements say a balance once, after the last movement.
    if (balance(fields) === '') return { at, movements };
    return { ...claimed(fields), at, movements };
  };
}

function orNothing<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof FileRefused) return undefined;
    throw error;
  }
}
