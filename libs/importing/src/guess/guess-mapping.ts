import { basename } from 'node:path';
import { MarksSurvey } from '../amounts/marks-survey.js';
import { isUsed, type KnownCurrencies } from '../amounts/amount-columns.js';
import { writtenNumber } from '../amounts/written-number.js';
import { openCsv, type CsvFile } from '../csv/csv-file.js';
import { FileRefused } from '../file-refused.js';
import { columnsOfRole, currencyInName, isHeaderOfMovements, type Role } from './column-roles.js';
import { formatsOf, readingOf } from './date-formats.js';

/** Why a field of the mapping is as it is. */
export interface Evidence {
  readonly field: string;
  readonly value: unknown;
  readonly why: string;
}

/** What only somebody who knows the file can say. */
export interface Question {
  readonly field: string;
  readonly question: string;
  /** Values that the field may have, with what each means. Empty: any. */
  readonly choices: readonly { readonly value: unknown; readonly meaning: string }[];
}

/** A mapping as far as a file tells it. */
export interface Guess {
  /** As JSON; a field with an open question has the first choice, or is absent. */
  readonly mapping: Record<string, unknown> & { readonly movements: Record<string, unknown> };
  readonly evidence: readonly Evidence[];
  readonly questions: readonly Question[];
}

/** Of the name of the file: it is the name of the wallet too. */
const SOURCE_CHARACTERS_MAX = 40;

/** Rows that are looked at. All rows are read when the guess is tried. */
const ROWS_MAX = 2_000;

/**
 * Guesses how a file is to be mapped, by the names of its columns and by what stands in them.
 *
 * @throws FileRefused when no line looks like a header of movements
 */
export async function guessMapping(path: string, currencies: KnownCurrencies): Promise<Guess> {
  const csv = await openCsv(path, { header: true, footer: 0 }, (header, where) => {
    if (isHeaderOfMovements(header) || isStatement(header)) return;
    throw new FileRefused(
      `${where}: no line names a date and an amount (there are ${header.join(', ')}): write the mapping by hand (docs/import.md)`,
    );
  });
  try {
    const rows: string[][] = [];
    for await (const { fields, problem } of csv.rows()) {
      if (problem === undefined) rows.push(fields.map((field) => field.trim()));
      if (rows.length === ROWS_MAX) break;
    }
    return new Guesser(path, csv, rows, currencies).guess();
  } finally {
    await csv.close();
  }
}

function isStatement(header: readonly string[]): boolean {
  return header[0] === 'account' && header.includes('bookingDate') && header.includes('amount');
}

class Guesser {
  private readonly movements: Record<string, unknown> = {};
  private readonly mapping: Guess['mapping'];
  private readonly evidence: Evidence[] = [];
  private readonly questions: Question[] = [];

  constructor(
    private readonly path: string,
    private readonly csv: CsvFile,
    private readonly rows: readonly string[][],
    private readonly currencies: KnownCurrencies,
  ) {
    const words = basename(path)
      .split('.')[0]!
      .split(/[^A-Za-z0-9_]/);
    const source = words
      .filter((word) => word !== '')
      .join('-')
      .slice(0, SOURCE_CHARACTERS_MAX);
    this.mapping = {
      source: /^[A-Za-z0-9]/.test(source) ? source : 'bank',
      openWallets: true,
      walletIds: 'escaped',
      movements: this.movements,
    };
  }

  guess(): Guess {
    this.form();
    const amounts = this.amount();
    this.marks(amounts);
    this.date();
    this.currency(amounts);
    this.account();
    this.id();
    this.rest();
    return { mapping: this.mapping, evidence: this.evidence, questions: this.questions };
  }

  private form(): void {
    const { form } = this.csv;
    this.say('encoding', form.encoding.name, `found by ${form.encoding.from}`);
    this.say('header', true, `line ${form.headerLine} names a date and an amount`);
    if (form.format !== 'csv') this.say('format', form.format, 'found by its content');
    else this.say('delimiter', form.delimiter, `it separates the columns of line ${form.headerLine}`);
    if (form.format === 'csv' && form.delimiter !== ',') this.mapping.delimiter = form.delimiter;
    if (form.encoding.from === 'statistics') this.mapping.encoding = form.encoding.name;
  }

  /** @returns the columns of amounts */
  private amount(): string[] {
    const [kind] = this.columns('kind').filter((name) => this.distinct(name).length === 2);
    const amount = this.columns('amount').find((name) => this.every(name, (cell) => writtenNumber(cell) !== undefined));
    const [credit] = this.columns('credit');
    const [debit] = this.columns('debit');
    if (amount === undefined && credit !== undefined && debit !== undefined) {
      this.movements.amount = { credit, debit };
      this.say('movements.amount', this.movements.amount, 'one of the two columns is used in each row');
      return [credit, debit];
    }
    if (amount === undefined) {
      this.ask('movements.amount', 'Which column is the amount?', this.numericColumns());
      return [];
    }
    const isSigned = this.cells(amount).some((cell) => writtenNumber(cell)?.negative);
    if (!isSigned && kind !== undefined) return this.byKind(amount, kind);
    this.movements.amount = { signed: amount };
    this.say(
      'movements.amount',
      { signed: amount },
      isSigned ? 'some of its amounts are negative' : 'all of its amounts are positive',
    );
    if (!isSigned && this.rows.length > 1) {
      this.ask('movements.amount', `No amount of column ${amount} is negative. Does every row add to the account?`, [
        { value: { signed: amount }, meaning: 'yes, money comes in' },
        { value: { signed: amount, opposite: true }, meaning: 'no, money goes out in every row' },
      ]);
    }
    return [amount];
  }

  private byKind(amount: string, kind: string): string[] {
    const values = this.distinct(kind);
    const credit = values.filter((value) => /^(?:c|cr|crdt|credit|bij|haben|h|in|\+)$/i.test(value));
    const debit = values.filter((value) => /^(?:d|dr|dbit|debit|af|soll|s|out|-)$/i.test(value));
    this.movements.amount = { column: amount, kind: { column: kind, credit, debit } };
    if (credit.length === 1 && debit.length === 1) {
      this.say('movements.amount', this.movements.amount, `column ${kind} has two values, ${values.join(' and ')}`);
    } else {
      const [a, b] = values as [string, string];
      const choice = (first: string, second: string) => ({
        value: { column: amount, kind: { column: kind, credit: [first], debit: [second] } },
        meaning: `"${first}" adds to the account, "${second}" takes from it`,
      });
      this.movements.amount = choice(a, b).value;
      this.ask('movements.amount', `Which value of column ${kind} adds to the account?`, [choice(a, b), choice(b, a)]);
    }
    return [amount];
  }

  private marks(amounts: readonly string[]): void {
    const survey = new MarksSurvey({});
    const [balance] = this.columns('balance');
    for (const name of [...amounts, ...(balance === undefined ? [] : [balance])]) {
      for (const [i, cell] of this.cells(name).entries()) survey.look(i + 1 + this.csv.form.headerLine, name, cell);
    }
    try {
      this.say('decimalMark', survey.marks(this.path).decimal, 'by all amounts of the file');
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      this.ask('decimalMark', error.message, [
        { value: '.', meaning: 'a point before the cents' },
        { value: ',', meaning: 'a comma before the cents' },
      ]);
    }
  }

  private date(): void {
    const candidates = this.columns('date').map((name) => {
      const dates = this.cells(name).filter((cell) => cell !== '');
      return { name, dates, formats: dates.length === 0 ? [] : formatsOf(dates) };
    });
    const found = candidates.find(({ formats }) => formats.length > 0);
    if (!found) {
      this.ask('movements.effectiveAt', 'In which format are the dates?', []);
      return;
    }
    const { name, dates, formats } = found;
    const value = (format: string) => (format === 'iso' ? name : { text: name, format });
    this.movements.effectiveAt = value(formats[0]!);
    if (formats.length === 1)
      return this.say('movements.effectiveAt', this.movements.effectiveAt, `it reads all dates, such as ${dates[0]}`);
    const differs =
      dates.find((text) => new Set(formats.map((format) => readingOf(text, format))).size > 1) ?? dates[0]!;
    this.ask(
      'movements.effectiveAt',
      `Which day is ${differs}?`,
      formats.map((format) => ({ value: value(format), meaning: readingOf(differs, format) })),
    );
  }

  private currency(amounts: readonly string[]): void {
    const column = this.columns('currency').find((name) =>
      this.every(name, (cell) => this.currencies.find(cell) !== undefined),
    );
    if (column !== undefined) {
      this.movements.currency = column;
      return this.say(
        'movements.currency',
        column,
        `its codes are known: ${this.distinct(column).slice(0, 3).join(', ')}`,
      );
    }
    const named = [...amounts, ...this.columns('balance')]
      .map(currencyInName)
      .find((code) => code !== undefined && this.currencies.find(code));
    const units = new Set(
      amounts
        .flatMap((name) => this.cells(name).map((cell) => writtenNumber(cell)?.unit ?? ''))
        .filter((unit) => unit !== ''),
    );
    const [unit] = units;
    const code =
      named ??
      (units.size === 1
        ? unit === '€'
          ? 'EUR'
          : unit === '₹'
            ? 'INR'
            : this.currencies.find(unit!)?.code
        : undefined);
    if (code !== undefined) {
      this.movements.currency = { value: code };
      return this.say('movements.currency', { value: code }, 'the name of a column or the amounts say so');
    }
    this.ask('movements.currency', 'In which currency is the file? Nothing in it says so.', []);
  }

  private account(): void {
    const account = this.columns('account').find((name) => this.every(name, (cell) => cell !== ''));
    if (account !== undefined) {
      this.movements.wallet = account;
      return this.say('movements.wallet', account, `no row is without it; ${this.distinct(account).length} accounts`);
    }
    this.movements.wallet = { value: String(this.mapping.source) };
    this.say('movements.wallet', this.movements.wallet, 'no column names an account, so it is that of the file');
  }

  private id(): void {
    const id = this.columns('id').find((name) => {
      const cells = this.cells(name);
      return cells.every((cell) => cell !== '') && new Set(cells).size === cells.length;
    });
    if (id === undefined)
      return this.say('movements.id', null, 'no column has another value in each row: ids are made of the rows');
    this.movements.id = id;
    this.say('movements.id', id, 'it has another value in each row');
  }

  private rest(): void {
    const [balance] = this.columns('balance');
    if (balance !== undefined) {
      this.movements.balance = balance;
      this.say('movements.balance', balance, 'by its name');
    }
    const texts = this.columns('description').slice(0, 2);
    if (texts.length > 0) {
      this.movements.description = texts.map((name) => `{${name}}`).join(' ');
      this.say('movements.description', this.movements.description, 'by their names');
    }
    const fee = this.columns('fee').find((name) =>
      this.every(name, (cell) => cell === '' || writtenNumber(cell) !== undefined),
    );
    if (fee !== undefined && this.cells(fee).some(isUsed)) {
      const isMinus = this.cells(fee).some((cell) => writtenNumber(cell)?.negative);
      this.movements.fee = { amount: fee, ...(isMinus && { sign: 'minus' }) };
      this.ask('movements.fee', `Is the fee in column ${fee} taken beside the amount?`, [
        { value: this.movements.fee, meaning: 'yes, it is one more movement' },
        { value: undefined, meaning: 'no, the amount has it already' },
      ]);
    }
    const [state] = this.columns('state');
    const states = state === undefined ? [] : this.distinct(state);
    const booked = states.filter((value) =>
      /^(?:completed|booked|book|gebucht|cleared|reconciled|posted|settled)$/i.test(value),
    );
    if (state !== undefined && booked.length > 0 && booked.length < states.length) {
      this.movements.only = [{ column: state, values: booked }];
      this.say('movements.only', this.movements.only, `column ${state} has ${states.join(', ')}`);
    }
  }

  private columns(role: Role): string[] {
    const { header } = this.csv;
    return columnsOfRole(header, role).filter((name) => header.indexOf(name) === header.lastIndexOf(name));
  }

  private cells(name: string): string[] {
    const index = this.csv.header.indexOf(name);
    return this.rows.map((row) => row[index] ?? '');
  }

  private distinct(name: string): string[] {
    return [...new Set(this.cells(name))];
  }

  private every(name: string, test: (cell: string) => boolean): boolean {
    const cells = this.cells(name);
    return cells.length > 0 && cells.every(test);
  }

  private numericColumns(): Question['choices'] {
    return this.csv.header
      .filter((name) => name !== '' && this.every(name, (cell) => writtenNumber(cell) !== undefined))
      .map((name) => ({ value: { signed: name }, meaning: `column ${name}` }));
  }

  private say(field: string, value: unknown, why: string): void {
    this.evidence.push({ field, value, why });
  }

  private ask(field: string, question: string, choices: Question['choices']): void {
    this.questions.push({ field, question, choices });
  }
}
