import { Money, MoneyError, type Currency } from '@tidemark/money';
import { MalformedRow } from '../mapping/row-problem.js';
import { cut } from '../mapping/texts.js';
import { plainDigits, writtenNumber, type Marks } from './written-number.js';

/**
 * Reads one amount as a file writes it. Zeros beyond the scale of the currency are cut off; nothing else is.
 *
 * @param cell as it stands in the file
 * @param column for messages
 * @throws MalformedRow when it is not an amount of this currency, or it could be read in more than one way
 */
export function readAmount(cell: string, currency: Currency, marks: Marks, column: string): Money {
  const here = (reason: string) => new MalformedRow(`${quoted(cell)} ${reason} (column ${column})`);
  const written = writtenNumber(cell);
  if (!written) throw here('is not an amount');
  if (written.unit !== '' && !isNameOf(written.unit, currency)) {
    throw here(`is not an amount of ${currency.code}: it says "${cut(written.unit)}"`);
  }
  const plain = plainDigits(written.digits, marks);
  if (plain === undefined) throw here(`is not an amount: ${inWords(marks)}`);
  const [integer, fraction = ''] = plain.split('.') as [string, string?];
  const kept = fraction.slice(0, currency.scale);
  if (/[1-9]/u.test(fraction.slice(currency.scale))) {
    throw here(`has ${fraction.length} fraction digits, and ${currency.code} has ${currency.scale}`);
  }
  try {
    const amount = Money.of(kept === '' ? integer : `${integer}.${kept}`, currency);
    return written.negative ? amount.negated() : amount;
  } catch (error) {
    throw error instanceof MoneyError ? here(`is not an amount: ${error.message}`) : error;
  }
}

/** A cell as a message shows it. */
export function quoted(cell: string): string {
  return `"${cut(cell)}"`;
}

function inWords({ decimal, grouping }: Marks): string {
  const groups = grouping.length === 0 ? 'nothing' : grouping.map((mark) => `"${mark}"`).join(' or ');
  return `the decimal mark of this file is "${decimal}", and ${groups} groups its digits`;
}

/** Code, or one of the signs that people write for a currency: `€`, `Kč`, `$`, `US$`. */
function isNameOf(unit: string, { code }: Currency): boolean {
  return unit.toUpperCase() === code || signsOf(code).has(unit.toUpperCase());
}

const signs = new Map<string, ReadonlySet<string>>();
/** Languages that write a sign of their own for the currency of their country. */
const LOCALES = [
  'en',
  'de',
  'cs',
  'pl',
  'sv',
  'da',
  'hu',
  'ro',
  'bg',
  'pt-BR',
  'tr',
  'ja',
  'zh',
  'hi',
  'en-IN',
  'de-CH',
];

function signsOf(code: string): ReadonlySet<string> {
  const known = signs.get(code);
  if (known) return known;
  const found = new Set<string>();
  if (/^[A-Z]{3}$/u.test(code)) {
    for (const locale of LOCALES) {
      for (const currencyDisplay of ['symbol', 'narrowSymbol'] as const) {
        const format = new Intl.NumberFormat(locale, { style: 'currency', currency: code, currencyDisplay });
        const sign = format.formatToParts(0).find(({ type }) => type === 'currency')!.value;
        found.add(sign.replace(/\s/gu, '').toUpperCase());
      }
    }
  }
  signs.set(code, found);
  return found;
}
