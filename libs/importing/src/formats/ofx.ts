import type { StatementEntry } from './statement-table.js';

// OFX 1 is SGML, whose values have no closing tags; OFX 2 is XML. Both are a row of tags with a text behind each. The libraries for it make
// JavaScript numbers of amounts, or take a time that grows with the square of the file.
const TAG = /<(?<close>\/?)(?<name>[A-Za-z0-9._]+)>(?<text>[^<]*)/g;

/**
 * Reads the movements of an OFX or QFX file: of bank accounts and of credit cards.
 *
 * @throws Error when a movement has no amount
 */
export function ofxEntries(text: string): StatementEntry[] {
  const all: StatementEntry[] = [];
  let statement: Record<string, string> = {};
  let entries: StatementEntry[] = [];
  let movement: Record<string, string> | undefined;
  let block = '';
  for (const { groups } of text.matchAll(TAG)) {
    const { close, name, text: raw } = groups as { close: string; name: string; text: string };
    const tag = name.toUpperCase();
    if (close !== '') {
      if (tag === 'STMTTRN' && movement) entries.push(entryOf(statement, movement));
      if (tag === 'STMTTRN') movement = undefined;
      if (/^(?:CC)?STMTRS$/.test(tag)) all.push(...withBalance(entries, statement.BALAMT ?? ''));
      continue;
    }
    const value = entities(raw.trim());
    if (/^(?:CC)?STMTRS$/.test(tag)) [statement, entries] = [{}, []];
    else if (tag === 'STMTTRN') movement = {};
    else if (value === '') block = tag;
    else if (movement) movement[tag] = value;
    else if (tag === 'CURDEF' || (tag === 'ACCTID' && /ACCTFROM$/.test(block))) statement[tag] = value;
    else if (tag === 'BALAMT' && block === 'LEDGERBAL') statement[tag] = value;
  }
  return all;
}

function entryOf(statement: Record<string, string>, movement: Record<string, string>): StatementEntry {
  const { FITID = '', DTPOSTED = '', DTUSER = '', TRNAMT, NAME = '', MEMO = '', CHECKNUM = '', REFNUM = '' } = movement;
  if (TRNAMT === undefined) throw new Error(`the movement ${FITID} has no TRNAMT`);
  return {
    ...{ account: statement.ACCTID ?? '', currency: statement.CURDEF ?? '', balance: '', status: '' },
    ...{ id: FITID, amount: TRNAMT, counterparty: NAME, reference: REFNUM || CHECKNUM },
    bookingDate: dayOf(DTPOSTED),
    valueDate: dayOf(DTUSER || DTPOSTED),
    description: [NAME, MEMO].filter((part) => part !== '').join(' '),
  };
}

/** The last movement is not always the latest, so the balance belongs to the one with the latest day. */
function withBalance(entries: readonly StatementEntry[], balance: string): StatementEntry[] {
  const latest = entries.reduce(
    (best, { bookingDate }, i) => (bookingDate >= entries[best]!.bookingDate ? i : best),
    0,
  );
  return entries.map((entry, i) => (i === latest ? { ...entry, balance } : entry));
}

function dayOf(text: string): string {
  return text.replace(/^(\d{4})(\d\d)(\d\d).*$/, '$1-$2-$3');
}

function entities(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&');
}
