import { withdrawnCurrency, type Currency, type Money } from '@tidemark/money';
import type { Columns, Pick } from '../mapping/columns.js';
import type { Mapping, MovementColumns, TextOrConstant } from '../mapping/mapping.js';
import { MalformedRow } from '../mapping/row-problem.js';
import { cut } from '../mapping/texts.js';
import type { FileStyle } from './file-style.js';
import { quoted, readAmount } from './read-amount.js';
import { writtenNumber } from './written-number.js';

/** The currencies that an installation knows. */
export interface KnownCurrencies {
  find(code: string): Currency | undefined;
}

/** What a movement does to its wallet. The wallet refuses an amount that is not positive. */
export interface DirectedAmount {
  readonly direction: 'credit' | 'debit';
  readonly amount: Money;
}

type Read<T> = (fields: readonly string[]) => T;

/**
 * A reader of the currency of a row. A code that the mapping lists in `currencyCodes` stands for another.
 *
 * @returns a function from a row's fields, which throws MalformedRow with the reason
 * @throws FileRefused when a column is missing
 */
export function currencyReader(
  columns: Columns,
  from: TextOrConstant,
  { currencyCodes = {} }: Partial<Mapping>,
  currencies: KnownCurrencies,
): Read<Currency> {
  const code = columns.textOrConstant(from);
  const codes = new Map(Object.entries(currencyCodes));
  return (fields) => {
    const written = code(fields);
    const currency = currencies.find(codes.get(written) ?? written);
    if (currency) return currency;
    throw new MalformedRow(unknownCode(codes.get(written) ?? written));
  };
}

function unknownCode(code: string): string {
  const withdrawn = withdrawnCurrency(code);
  const hint = withdrawn
    ? `: ISO 4217 withdrew it in ${withdrawn.until}. "tidemark assets add ${code} ${withdrawn.scale}" adds it`
    : '';
  return `"${cut(code)}" is not a known currency code${hint}`;
}

/**
 * A reader of amounts of one column.
 *
 * @returns a function from a row's fields to an exact amount, which throws MalformedRow with the reason
 * @throws FileRefused when the column is missing
 */
export function moneyReader(columns: Columns, column: string, currency: Read<Currency>, style: FileStyle): Read<Money> {
  const pick = columns.column(column);
  return (fields) => readAmount(pick(fields), currency(fields), style.marks, column);
}

/**
 * A reader of amounts with their direction, in any of the three forms that a mapping may describe.
 *
 * @returns a function from a row's fields, which throws MalformedRow with the reason
 * @throws FileRefused when a column is missing
 */
export function directedAmountReader(
  columns: Columns,
  from: MovementColumns['amount'],
  currency: Read<Currency>,
  style: FileStyle,
): Read<DirectedAmount> {
  const moneyIn = (column: string) => moneyReader(columns, column, currency, style);
  if ('signed' in from) {
    const signed = moneyIn(from.signed);
    return (fields) => directed(from.opposite ? signed(fields).negated() : signed(fields));
  }
  if ('kind' in from) {
    const amount = moneyIn(from.column);
    const direction = directionReader(columns, from.kind);
    return (fields) => ({ direction: direction(fields), amount: amount(fields) });
  }
  const [credit, debit] = [columns.column(from.credit), columns.column(from.debit)];
  const [creditIn, debitIn] = [moneyIn(from.credit), moneyIn(from.debit)];
  return (fields) => {
    const isCredit = isUsed(credit(fields));
    if (isCredit === isUsed(debit(fields))) {
      throw new MalformedRow(`exactly one of ${from.credit} and ${from.debit} must be filled in`);
    }
    if (isCredit) return { direction: 'credit', amount: creditIn(fields) };
    const amount = debitIn(fields);
    return { direction: 'debit', amount: style.debitSign === 'minus' ? amount.negated() : amount };
  };
}

/** A negative amount takes from the wallet. */
export function directed(amount: Money): DirectedAmount {
  return amount.isNegative() ? { direction: 'debit', amount: amount.negated() } : { direction: 'credit', amount };
}

/** Of two columns, banks leave the other empty, or write a zero or a dash into it. */
export function isUsed(cell: string): boolean {
  const number = writtenNumber(cell);
  return /[1-9]/u.test(number ? number.digits : cell) || (!number && /[\p{L}\d]/u.test(cell));
}

/** The columns that hold amounts, for what is to be known of a file before its first row is booked. */
export function amountColumnsOf({ amount, balance, fee, exchange }: MovementColumns): readonly string[] {
  const own = 'signed' in amount ? [amount.signed] : 'kind' in amount ? [amount.column] : [amount.credit, amount.debit];
  return [...own, balance, fee?.amount, exchange?.amount].filter((column) => column !== undefined);
}

type Kind = Extract<MovementColumns['amount'], { kind: object }>['kind'];

function directionReader(columns: Columns, kind: Kind): Read<DirectedAmount['direction']> {
  const pick: Pick = columns.column(kind.column);
  const directions = new Map<string, DirectedAmount['direction']>([
    ...kind.credit.map((value) => [value, 'credit'] as const),
    ...kind.debit.map((value) => [value, 'debit'] as const),
  ]);
  return (fields) => {
    const found = directions.get(pick(fields));
    if (found) return found;
    throw new MalformedRow(`${kind.column} ${quoted(pick(fields))} is neither a credit nor a debit of the mapping`);
  };
}
