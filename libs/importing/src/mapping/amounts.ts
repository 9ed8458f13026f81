import { Money, MoneyError, type Currency } from '@tidemark/money';
import type { Columns, Pick } from './columns.js';
import type { Mapping, MovementColumns } from './mapping.js';
import { MalformedRow } from './row-problem.js';
import { cut } from './texts.js';

/** The currencies that an installation knows. */
export interface KnownCurrencies {
  find(code: string): Currency | undefined;
}

/** What a movement does to its wallet. The wallet refuses an amount that is not positive. */
export interface DirectedAmount {
  readonly direction: 'credit' | 'debit';
  readonly amount: Money;
}

/**
 * A reader of amounts in the currency of their row.
 *
 * @returns a function from a row's fields to an exact amount, which throws MalformedRow with the reason
 * @throws FileRefused when a column is missing
 */
export function moneyReader(
  columns: Columns,
  column: string,
  { decimalMark, movements }: Mapping,
  currencies: KnownCurrencies,
): (fields: readonly string[]) => Money {
  const pick = columns.column(column);
  const code = columns.columnOrConstant(movements.currency);
  return (fields) => {
    const currency = currencies.find(code(fields));
    if (!currency) throw new MalformedRow(`"${cut(code(fields))}" is not a known currency code`);
    return money(pick(fields), currency, decimalMark);
  };
}

/**
 * A reader of amounts with their direction, in any of the three forms that a mapping may describe.
 *
 * @returns a function from a row's fields, which throws MalformedRow with the reason
 * @throws FileRefused when a column is missing
 */
export function directedAmountReader(
  columns: Columns,
  mapping: Mapping,
  currencies: KnownCurrencies,
): (fields: readonly string[]) => DirectedAmount {
  const { amount: from } = mapping.movements;
  const moneyIn = (column: string) => moneyReader(columns, column, mapping, currencies);
  if ('signed' in from) {
    const signed = moneyIn(from.signed);
    return (fields) => {
      const amount = signed(fields);
      return amount.isNegative() ? { direction: 'debit', amount: amount.negated() } : { direction: 'credit', amount };
    };
  }
  if ('kind' in from) {
    const amount = moneyIn(from.column);
    const direction = directionReader(columns, from.kind);
    return (fields) => ({ direction: direction(fields), amount: amount(fields) });
  }
  const filledIn: readonly [Pick, Pick] = [columns.column(from.credit), columns.column(from.debit)];
  const [credit, debit] = [moneyIn(from.credit), moneyIn(from.debit)];
  return (fields) => {
    const [isCredit, isDebit] = filledIn.map((pick) => pick(fields) !== '');
    if (isCredit === isDebit)
      throw new MalformedRow(`exactly one of ${from.credit} and ${from.debit} must be filled in`);
    return isCredit ? { direction: 'credit', amount: credit(fields) } : { direction: 'debit', amount: debit(fields) };
  };
}

type Kind = Extract<MovementColumns['amount'], { kind: object }>['kind'];

function directionReader(columns: Columns, kind: Kind): (fields: readonly string[]) => DirectedAmount['direction'] {
  const pick = columns.column(kind.column);
  const directions = new Map<string, DirectedAmount['direction']>([
    ...kind.credit.map((value) => [value, 'credit'] as const),
    ...kind.debit.map((value) => [value, 'debit'] as const),
  ]);
  return (fields) => {
    const found = directions.get(pick(fields));
    if (found) return found;
    throw new MalformedRow(`${kind.column} "${cut(pick(fields))}" is neither a credit nor a debit of the mapping`);
  };
}

function money(text: string, currency: Currency, decimalMark: Mapping['decimalMark']): Money {
  if (decimalMark === ',' && text.includes('.')) {
    throw new MalformedRow(`"${cut(text)}" is not an amount: the decimal mark of this file is ","`);
  }
  try {
    return Money.of(text.replace(decimalMark, '.'), currency);
  } catch (error) {
    throw error instanceof MoneyError ? new MalformedRow(error.message) : error;
  }
}
