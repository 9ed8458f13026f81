import type { StatementEntry } from './statement-table.js';

// The libraries for MT940 make JavaScript numbers of its amounts, so it is read here. SWIFT standards, category 9, MT 940.

/** `:61:`: value date, entry date, mark, funds code, amount, type, reference of the owner, reference of the bank. */
const MOVEMENT =
  /^(?<value>\d{6})(?<entry>\d{4})?(?<mark>R?[CD])(?<funds>[A-Z])?(?<amount>[\d,]{1,15})(?<type>[A-Z][A-Z\d]{3})(?<reference>[^/\n]*)(?:\/\/(?<bank>[^\n]*))?/;
const BALANCE = /^(?<mark>[CD])(?<day>\d{6})(?<currency>[A-Z]{3})(?<amount>[\d,]{1,15})/;

interface Statement {
  account: string;
  currency: string;
  entries: StatementEntry[];
}

/**
 * Reads the movements of an MT940 file.
 *
 * @throws Error with the line of a movement or a balance that cannot be read
 */
export function mt940Entries(text: string): StatementEntry[] {
  const all: StatementEntry[] = [];
  let statement: Statement = { account: '', currency: '', entries: [] };
  for (const { tag, value, line } of fieldsOf(text)) {
    if (tag === '20') statement = { account: '', currency: '', entries: [] };
    else if (tag === '25') statement.account = value.trim();
    else if (tag === '60F' || tag === '60M') statement.currency = balanceOf(value, line).currency;
    else if (tag === '61') statement.entries.push(movementOf(statement, value, line));
    else if (tag === '86') describe(statement.entries, value);
    else if (tag === '62F' || tag === '62M') all.push(...closed(statement.entries, balanceOf(value, line).amount));
  }
  return all;
}

interface Field {
  readonly tag: string;
  readonly value: string;
  readonly line: number;
}

function* fieldsOf(text: string): Generator<Field> {
  let field: { tag: string; lines: string[]; line: number } | undefined;
  for (const [i, line] of text.split(/\r\n|\r|\n/).entries()) {
    const [, tag, rest] = /^:(\d\d[A-Z]?):(.*)$/.exec(line.replace(/^\{.*\{4:$/, '')) ?? [];
    if (tag !== undefined) {
      if (field) yield { tag: field.tag, value: field.lines.join('\n'), line: field.line };
      field = { tag, lines: [rest!], line: i + 1 };
    } else if (line.startsWith('-') && !line.startsWith('--')) {
      if (field) yield { tag: field.tag, value: field.lines.join('\n'), line: field.line };
      field = undefined;
    } else field?.lines.push(line);
  }
  if (field) yield { tag: field.tag, value: field.lines.join('\n'), line: field.line };
}

function movementOf({ account, currency }: Statement, value: string, line: number): StatementEntry {
  const parts = MOVEMENT.exec(value)?.groups;
  if (!parts) throw new Error(`line ${line}: ":61:${value.split('\n')[0]}" is not a movement of MT940`);
  const { mark, reference = '', bank = '' } = parts;
  const valueDate = dayOf(parts.value!);
  // The reversal of a credit takes, and that of a debit gives.
  const isDebit = mark === 'D' || mark === 'RC';
  return {
    ...{ account, currency, valueDate, status: '', balance: '', counterparty: '' },
    id: bank.trim(),
    bookingDate: parts.entry === undefined ? valueDate : entryDay(valueDate, parts.entry),
    amount: `${isDebit ? '-' : ''}${plain(parts.amount!)}`,
    reference: reference.trim().replace(/^NONREF$/, ''),
    description: value.split('\n').slice(1).join(' '),
  };
}

function balanceOf(value: string, line: number): { readonly currency: string; readonly amount: string } {
  const parts = BALANCE.exec(value)?.groups;
  if (!parts) throw new Error(`line ${line}: "${value.split('\n')[0]}" is not a balance of MT940`);
  return { currency: parts.currency!, amount: `${parts.mark === 'D' ? '-' : ''}${plain(parts.amount!)}` };
}

/** Always with a decimal comma, which may stand last. */
function plain(amount: string): string {
  return amount.replace(/,$/, '').replace(',', '.');
}

/** Two digits of a year are of this century from 00 to 79. */
const CENTURY_CHANGES = 80;

function dayOf(text: string): string {
  const [year, month, day] = [text.slice(0, 2), text.slice(2, 4), text.slice(4, 6)];
  return `${Number(year) < CENTURY_CHANGES ? '20' : '19'}${year}-${month}-${day}`;
}

/** The entry date has no year: it is that of the value date, or the one beside it around New Year. */
function entryDay(valueDate: string, entry: string): string {
  const [year, month] = [Number(valueDate.slice(0, 4)), Number(valueDate.slice(5, 7))];
  const entryMonth = Number(entry.slice(0, 2));
  const shift = entryMonth - month > 6 ? -1 : entryMonth - month < -6 ? 1 : 0;
  return `${year + shift}-${entry.slice(0, 2)}-${entry.slice(2, 4)}`;
}

/** German banks put fields into the text: `?20` to `?29` and `?60` to `?63` are its lines, `?32` and `?33` the counterparty. */
function describe(entries: StatementEntry[], value: string): void {
  const last = entries.at(-1);
  if (!last) return;
  const whole = value.replaceAll('\n', '');
  const parts = [...whole.matchAll(/\?(\d\d)([^?]*)/g)].map(([, code, text]) => ({ code: code!, text: text! }));
  const of = (codes: RegExp) => parts.filter(({ code }) => codes.test(code)).map(({ text }) => text);
  const isStructured = /^\d{3}\?/.test(whole);
  const description = isStructured ? of(/^(?:2\d|6[0-3])$/).join('') : value.replaceAll('\n', ' ');
  const counterparty = isStructured ? of(/^3[23]$/).join('') : last.counterparty;
  entries[entries.length - 1] = { ...last, counterparty, description: description || last.description };
}

function closed(entries: readonly StatementEntry[], balance: string): StatementEntry[] {
  return entries.map((entry, i) => (i === entries.length - 1 ? { ...entry, balance } : entry));
}
