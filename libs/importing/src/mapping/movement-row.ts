import { detailsShape, type MovementDetails } from '@tidemark/wallet';
import type { Currency } from '@tidemark/money';
import {
  currencyReader,
  directed,
  directedAmountReader,
  moneyReader,
  type DirectedAmount,
  type KnownCurrencies,
} from '../amounts/amount-columns.js';
import type { FileStyle } from '../amounts/file-style.js';
import { Columns, type Pick } from './columns.js';
import { effectiveTimeReader } from './dates.js';
import type { Mapping, MovementColumns, RowValues, TextOrConstant } from './mapping.js';
import { DerivedIds, ID_CHARACTERS_MAX, isPlainId, movementIdOf } from './movement-id.js';
import { MalformedRow } from './row-problem.js';
import { textReader } from './texts.js';
import { walletIdReader } from './wallet-ids.js';

/** One movement of a wallet. */
export interface Movement extends DirectedAmount {
  /** Unique within the file. */
  readonly id: string;
  readonly walletId: string;
  /** The row says that it may overdraw. */
  readonly overdraft: boolean;
  readonly details: MovementDetails;
}

/** One movement as its row tells it, with the other side of an exchange and the fee that stand beside it. */
export interface MovementRow extends Movement {
  readonly more: readonly Movement[];
}

type Read<T> = (fields: readonly string[]) => T;

/**
 * A reader of movements, with every column of the mapping found in the header. Where the mapping has no `id`, it counts equal rows, so
 * read every row once.
 *
 * @param where file and line of the header, for messages
 * @returns a function from a row's fields to its movement, or to undefined where the mapping leaves the row out; throws MalformedRow
 * @throws FileRefused when a column is missing
 */
export function movementReader(
  where: string,
  header: readonly string[],
  mapping: Mapping,
  currencies: KnownCurrencies,
  style: FileStyle,
): Read<MovementRow | undefined> {
  const columns = new Columns(where, header);
  const { movements } = mapping;
  const isMovement = rowFilter(columns, movements);
  const id = idReader(columns, movements);
  const wallet = walletIdReader(columns, movements.wallet, mapping);
  const currency = currencyReader(columns, movements.currency, mapping, currencies);
  const directedAmount = directedAmountReader(columns, movements.amount, currency, style);
  const overdraft = overdraftReader(columns, movements);
  const details = detailsReader(columns, movements);
  const sides = sidesReaders(columns, mapping, currencies, style);
  return (fields) => {
    if (!isMovement(fields)) return undefined;
    const main: Movement = {
      id: id(fields),
      walletId: wallet(fields),
      ...directedAmount(fields),
      overdraft: overdraft(fields),
      details: details(fields),
    };
    if (sides.length === 0) return { ...main, more: [] };
    const all = sides.flatMap((side) => side(fields, main)).concat(...(main.amount.isZero() ? [] : [main]));
    const [first = main, ...more] = all.sort(byOrderOfBooking);
    return { ...first, more };
  };
}

/** What is taken comes first: where it is refused, nothing of the row is booked. A fee comes last. */
function byOrderOfBooking(a: Movement, b: Movement): number {
  const rank = ({ id, direction }: Movement) => (id.endsWith(FEE) ? 2 : direction === 'debit' ? 0 : 1);
  return rank(a) - rank(b);
}

const FEE = ':fee';

function idReader(columns: Columns, { id }: MovementColumns): Pick {
  if (id === undefined) {
    const ids = new DerivedIds();
    const given = columns.derivedId();
    return (fields) => given(fields) || ids.next(columns.ownFields(fields));
  }
  const pick = columns.text(id);
  return (fields) => {
    const text = pick(fields);
    if (text === '') throw new MalformedRow(`"" is not a movement id: column ${id} is empty`);
    return movementIdOf(text);
  };
}

function rowFilter(columns: Columns, { only = [], skip = [] }: MovementColumns): Read<boolean> {
  const wanted = matchers(columns, only);
  const unwanted = matchers(columns, skip);
  return (fields) => wanted.every((is) => is(fields)) && !unwanted.some((is) => is(fields));
}

function matchers(columns: Columns, rows: RowValues): Read<boolean>[] {
  return rows.map(({ column, values }) => {
    const pick = columns.column(column);
    return (fields) => values.includes(pick(fields));
  });
}

function overdraftReader(columns: Columns, { overdraft }: MovementColumns): Read<boolean> {
  if (!overdraft) return () => false;
  const pick = columns.column(overdraft.column);
  return (fields) => overdraft.unlimited.includes(pick(fields));
}

function detailsReader(columns: Columns, movements: MovementColumns): Read<MovementDetails> {
  const text = (name: 'reference' | 'description'): Pick => {
    const template = movements[name];
    return template === undefined ? NONE : textReader(`the ${name}`, columns.template(template), detailsShape[name]);
  };
  const reference = movements.reference === undefined ? longIdReader(columns, movements) : text('reference');
  const description = text('description');
  const { effectiveAt } = movements;
  const time = effectiveAt === undefined ? NONE : effectiveTimeReader(columns, effectiveAt);
  return (fields) => ({
    ...given('reference', reference(fields)),
    ...given('description', description(fields)),
    ...given('effectiveAt', time(fields)),
  });
}

/** An id that is hashed is kept as the reference, as much of it as fits. */
function longIdReader(columns: Columns, { id }: MovementColumns): Pick {
  if (id === undefined) return NONE;
  const pick = columns.text(id);
  const asText = textReader('the id', (fields) => pick(fields).slice(0, ID_CHARACTERS_MAX), detailsShape.reference);
  return (fields) => (isPlainId(pick(fields)) ? '' : asText(fields));
}

const NONE: Pick = () => '';

function given<N extends string>(name: N, text: string): { [K in N]?: string } {
  return (text === '' ? {} : { [name]: text }) as { [K in N]?: string };
}

type Side = (fields: readonly string[], main: Movement) => Movement[];

function sidesReaders(
  columns: Columns,
  mapping: Mapping,
  currencies: KnownCurrencies,
  style: FileStyle,
): readonly Side[] {
  const { fee, exchange } = mapping.movements;
  const sides: Side[] = [];
  if (fee) {
    const read = sideReader(columns, fee, mapping, currencies, style);
    sides.push((fields, main) => {
      const side = read(fields);
      if (!side) return [];
      const amount = fee.sign === 'minus' ? side.amount.negated() : side.amount;
      if (amount.isNegative()) {
        throw new MalformedRow(`the fee in column ${fee.amount} has the other sign: declare "fee.sign"`);
      }
      return [{ ...main, ...side, id: movementIdOf(`${main.id}${FEE}`), direction: 'debit', amount }];
    });
  }
  if (exchange) {
    const read = sideReader(columns, exchange, mapping, currencies, style);
    const applies = matchers(columns, exchange.only ?? []);
    sides.push((fields, main) => {
      const side = applies.every((is) => is(fields)) ? read(fields) : undefined;
      if (!side) return [];
      const { direction } = directed(main.direction === 'debit' ? side.amount.abs() : side.amount.abs().negated());
      return [{ ...main, ...side, id: movementIdOf(`${main.id}:exchange`), direction, amount: side.amount.abs() }];
    });
  }
  return sides;
}

type SideColumns = { readonly amount: string; readonly currency?: TextOrConstant | undefined };

/** Reads more money of a row: it belongs to the wallet that the row would have with its currency. */
function sideReader(
  columns: Columns,
  { amount, currency: from }: SideColumns,
  mapping: Mapping,
  currencies: KnownCurrencies,
  style: FileStyle,
): Read<MoneyOfWallet | undefined> {
  const { movements } = mapping;
  const pick = columns.column(amount);
  const currency: Read<Currency> = currencyReader(columns, from ?? movements.currency, mapping, currencies);
  const money = moneyReader(columns, amount, currency, style);
  const code = columns.textOrConstant(from ?? movements.currency);
  const withCode = columns.replacing(movements.currency);
  const wallet = walletIdReader(columns, movements.wallet, mapping);
  return (fields) => {
    if (/^[^\p{L}\d]*$/u.test(pick(fields))) return undefined;
    const found = money(fields);
    return found.isZero() ? undefined : { amount: found, walletId: wallet(withCode(fields, code(fields))) };
  };
}

type MoneyOfWallet = globalThis.Pick<Movement, 'amount' | 'walletId'>;
