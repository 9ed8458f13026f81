import { detailsShape, visibleAscii, type MovementDetails } from '@tidemark/wallet';
import { directedAmountReader, type DirectedAmount, type KnownCurrencies } from './amounts.js';
import { Columns, type Pick } from './columns.js';
import { effectiveTime } from './effective-time.js';
import type { Mapping, MovementColumns } from './mapping.js';
import { MalformedRow } from './row-problem.js';
import { cut, textReader } from './texts.js';
import { walletIdOf } from './wallet-row.js';

/** One movement as its row tells it. */
export interface MovementRow extends DirectedAmount {
  /** Unique within the file. */
  readonly id: string;
  readonly walletId: string;
  /** The row says that it may overdraw. */
  readonly overdraft: boolean;
  readonly details: MovementDetails;
}

/** Leaves room for prefix and number of the retry in an idempotency key, which has 255 characters. */
const ID_CHARACTERS_MAX = 120;
const MOVEMENT_ID = visibleAscii(ID_CHARACTERS_MAX);

/**
 * A reader of movements, with every column of the mapping found in the header.
 *
 * @param file for messages
 * @returns a function from a row's fields to its movement, which throws MalformedRow with the reason
 * @throws FileRefused when a column is missing
 */
export function movementReader(
  file: string,
  header: readonly string[],
  mapping: Mapping,
  currencies: KnownCurrencies,
): (fields: readonly string[]) => MovementRow {
  const columns = new Columns(file, header);
  const { movements, walletPrefix } = mapping;
  const id = columns.column(movements.id);
  const wallet = columns.column(movements.wallet);
  const directedAmount = directedAmountReader(columns, mapping, currencies);
  const overdraft = overdraftReader(columns, movements);
  const details = detailsReader(columns, movements);
  return (fields) => ({
    id: movementIdOf(id(fields)),
    walletId: walletIdOf(walletPrefix, wallet(fields)),
    ...directedAmount(fields),
    overdraft: overdraft(fields),
    details: details(fields),
  });
}

function movementIdOf(text: string): string {
  if (MOVEMENT_ID.test(text)) return text;
  throw new MalformedRow(`"${cut(text)}" is not a movement id: 1 to ${ID_CHARACTERS_MAX} visible ASCII characters`);
}

function overdraftReader(columns: Columns, { overdraft }: MovementColumns): (fields: readonly string[]) => boolean {
  if (!overdraft) return () => false;
  const pick = columns.column(overdraft.column);
  return (fields) => overdraft.unlimited.includes(pick(fields));
}

function detailsReader(columns: Columns, movements: MovementColumns): (fields: readonly string[]) => MovementDetails {
  const text = (name: 'reference' | 'description'): Pick => {
    const template = movements[name];
    return template === undefined ? NONE : textReader(`the ${name}`, columns.template(template), detailsShape[name]);
  };
  const reference = text('reference');
  const description = text('description');
  const time = movements.effectiveAt === undefined ? NONE : columns.column(movements.effectiveAt);
  const effectiveAt: Pick = time === NONE ? NONE : (fields) => effectiveTime(time(fields));
  return (fields) => ({
    ...given('reference', reference(fields)),
    ...given('description', description(fields)),
    ...given('effectiveAt', effectiveAt(fields)),
  });
}

const NONE: Pick = () => '';

function given<N extends string>(name: N, text: string): { [K in N]?: string } {
  return (text === '' ? {} : { [name]: text }) as { [K in N]?: string };
}
