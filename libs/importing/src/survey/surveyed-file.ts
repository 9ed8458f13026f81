import { amountColumnsOf, type KnownCurrencies } from '../amounts/amount-columns.js';
import type { FileStyle } from '../amounts/file-style.js';
import { MarksSurvey } from '../amounts/marks-survey.js';
import { openCsv, type CsvFile } from '../csv/csv-file.js';
import type { CsvRow } from '../csv/csv-row.js';
import { claimedBalanceReader } from '../mapping/claimed-balance.js';
import { Columns } from '../mapping/columns.js';
import { effectiveTimeReader } from '../mapping/dates.js';
import type { Mapping } from '../mapping/mapping.js';
import { movementReader } from '../mapping/movement-row.js';
import { orProblem } from '../mapping/row-problem.js';
import { walletIdReader } from '../mapping/wallet-ids.js';
import { DebitSignSurvey } from './debit-sign-survey.js';
import { BalanceOrder, DateOrder, type Order } from './order-survey.js';

/** A file of movements that has been read once from beginning to end, so that what all of it says is known. */
export interface SurveyedFile {
  readonly csv: CsvFile;
  readonly style: FileStyle;
  readonly order: Order;
  /** Its rows, the oldest first. */
  rows(): AsyncGenerator<CsvRow>;
}

/** What an import and a reconciliation know of a file. */
export interface FileToSurvey {
  readonly path: string;
  readonly mapping: Mapping;
  readonly currencies: KnownCurrencies;
  readonly signal: AbortSignal;
}

/** For a header that is tried: nothing is read in it. */
const ANY_STYLE: FileStyle = { marks: { decimal: '.', grouping: [] }, debitSign: 'plus' };

/** Makes a reader of rows, or throws FileRefused when the columns it needs are not there. */
type MakeReader<Read> = (where: string, header: readonly string[], style: FileStyle) => Read;

/**
 * Opens a file of movements and reads all of it once, for its marks, signs and order.
 *
 * @param make a reader of its rows
 * @throws FileRefused when the file is not the one that the mapping describes, or it says two things about its amounts
 */
export async function surveyFile<Read>(
  file: FileToSurvey,
  make: MakeReader<Read>,
): Promise<SurveyedFile & { readonly read: Read }> {
  const { path, mapping } = file;
  await using undo = new AsyncDisposableStack();
  const csv = await openCsv(path, mapping, (header, where) => void make(where, header, ANY_STYLE));
  undo.defer(() => csv.close());
  const { style, dates } = await surveyCells(file, csv);
  const order = mapping.order ?? dates.order() ?? (await orderOfBalances(file, csv, style)) ?? 'as it is';
  const read = make(whereOf(path, csv), csv.header, style);
  undo.move();
  return { csv, style, order, read, rows: () => (order === 'newest first' ? csv.rowsFromTheEnd() : csv.rows()) };
}

function whereOf(path: string, csv: CsvFile): string {
  return `${path}: line ${Math.max(1, csv.form.headerLine)}`;
}

async function surveyCells({ path, mapping, signal }: FileToSurvey, csv: CsvFile) {
  const columns = new Columns(whereOf(path, csv), csv.header);
  const { movements } = mapping;
  const { amount } = movements;
  const dates = new DateOrder();
  // These formats have one decimal mark, whatever the country.
  const isPoint = csv.form.format === 'camt' || csv.form.format === 'mt940';
  const marks = new MarksSurvey(isPoint ? { decimalMark: '.' } : mapping);
  const debits = 'debit' in amount ? new DebitSignSurvey(amount.debit, amount.debitSign) : undefined;
  const isThere = (column: string) => csv.header.includes(column);
  const amounts = marks.needed
    ? amountColumnsOf(movements)
        .filter(isThere)
        .map((name) => ({ name, pick: columns.column(name) }))
    : [];
  const debit = 'debit' in amount && isThere(amount.debit) ? columns.column(amount.debit) : undefined;
  const dateOf = dateReader(columns, mapping);
  for await (const { line, fields, problem } of csv.rows()) {
    if (signal.aborted) break;
    if (problem !== undefined) continue;
    for (const { name, pick } of amounts) marks.look(line, name, pick(fields));
    if (debit) debits!.look(line, debit(fields));
    const dated = dateOf && orProblem(() => dateOf(fields));
    if (dated && 'value' in dated && dated.value.at !== '') dates.look(dated.value.walletId, dated.value.at);
  }
  const style: FileStyle = { marks: marks.marks(path), debitSign: debits?.sign(path) ?? 'plus' };
  return { style, dates };
}

/** @returns undefined where dates are not needed, or the file lacks their column: a reconciliation does without */
function dateReader(columns: Columns, mapping: Mapping) {
  const { effectiveAt, wallet } = mapping.movements;
  if (effectiveAt === undefined || mapping.order !== undefined) return undefined;
  if (!columns.has(effectiveAt)) return undefined;
  const walletId = walletIdReader(columns, wallet, mapping);
  const time = effectiveTimeReader(columns, effectiveAt);
  return (fields: readonly string[]) => ({ walletId: walletId(fields), at: time(fields) });
}

async function orderOfBalances(
  { path, mapping, currencies, signal }: FileToSurvey,
  csv: CsvFile,
  style: FileStyle,
): Promise<Order | undefined> {
  if (mapping.movements.balance === undefined) return undefined;
  const where = whereOf(path, csv);
  const order = new BalanceOrder();
  const read = movementReader(where, csv.header, mapping, currencies, style);
  const claim = claimedBalanceReader(where, csv.header, mapping, currencies, style);
  for await (const { fields, problem } of csv.rows()) {
    if (signal.aborted) return undefined;
    const found = problem === undefined ? orProblem(() => ({ movement: read(fields), ...claim(fields) })) : undefined;
    if (found && 'value' in found && found.value.movement) {
      const { movement, walletId, balance } = found.value;
      if (movement.amount.currency.code === balance.currency.code) order.look(walletId, movement, balance);
    }
  }
  return order.order();
}
