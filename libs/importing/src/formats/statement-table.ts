/** One movement of a statement that is no table. Every amount is the text of the file, so that none passes through a number. */
export interface StatementEntry {
  readonly account: string;
  readonly id: string;
  /** `2026-01-31`. */
  readonly bookingDate: string;
  readonly valueDate: string;
  /** With a `-` where it is taken from the account. */
  readonly amount: string;
  readonly currency: string;
  readonly counterparty: string;
  readonly reference: string;
  readonly description: string;
  /** After this movement, where the statement says it: most say it once, after the last. */
  readonly balance: string;
  readonly status: string;
}

const COLUMNS: readonly (keyof StatementEntry)[] = [
  'account',
  'id',
  'bookingDate',
  'valueDate',
  'amount',
  'currency',
  'counterparty',
  'reference',
  'description',
  'balance',
  'status',
];

/** The same as a table, whose columns a mapping names. */
export function tableOf(entries: readonly StatementEntry[]): string[][] {
  return [[...COLUMNS], ...entries.map((entry) => COLUMNS.map((column) => entry[column].replace(/\s+/g, ' ').trim()))];
}
