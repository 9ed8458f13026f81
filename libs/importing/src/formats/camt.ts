import { XMLParser } from 'fast-xml-parser';
import type { StatementEntry } from './statement-table.js';

type Node = { readonly [name: string]: unknown };

/** Elements that may stand more than once. */
const LISTS = new Set(['Stmt', 'Rpt', 'Ntfctn', 'Ntry', 'NtryDtls', 'TxDtls', 'Bal', 'Ustrd', 'Strd']);

// Values stay text: an amount must not become a number.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  isArray: (name) => LISTS.has(name),
});

/**
 * Reads the entries of an ISO 20022 camt.052, camt.053 or camt.054 document.
 *
 * @throws Error when it is not XML
 */
export function camtEntries(text: string): StatementEntry[] {
  const document = at(parser.parse(text, true) as Node, 'Document');
  const statements = ['BkToCstmrStmt/Stmt', 'BkToCstmrAcctRpt/Rpt', 'BkToCstmrDbtCdtNtfctn/Ntfctn'].flatMap((path) =>
    listAt(document, path),
  );
  return statements.flatMap((statement) => {
    const account = textAt(statement, 'Acct/Id/IBAN') || textAt(statement, 'Acct/Id/Othr/Id');
    const entries = listAt(statement, 'Ntry').map((entry) => entryOf(account, entry));
    const last = entries.at(-1);
    return last ? [...entries.slice(0, -1), { ...last, balance: closingBalance(statement) }] : [];
  });
}

function entryOf(account: string, entry: Node): StatementEntry {
  const details = listAt(entry, 'NtryDtls').flatMap((group) => listAt(group, 'TxDtls'));
  const [only] = details.length === 1 ? details : [];
  const isDebit = textAt(entry, 'CdtDbtInd') === 'DBIT';
  const endToEndId = textAt(only, 'Refs/EndToEndId').replace(/^NOTPROVIDED$/, '');
  const party = isDebit ? 'Cdtr' : 'Dbtr';
  const remittance = details.flatMap((each) => listAt(each, 'RmtInf/Ustrd') as unknown as unknown[]).map(valueOf);
  return {
    account,
    id: textAt(entry, 'AcctSvcrRef') || textAt(entry, 'NtryRef') || textAt(only, 'Refs/AcctSvcrRef'),
    bookingDate: dayAt(entry, 'BookgDt'),
    valueDate: dayAt(entry, 'ValDt'),
    amount: `${isDebit ? '-' : ''}${textAt(entry, 'Amt')}`,
    currency: currencyAt(entry, 'Amt'),
    counterparty: textAt(only, `RltdPties/${party}/Pty/Nm`) || textAt(only, `RltdPties/${party}/Nm`),
    reference: endToEndId,
    description: [...remittance, textAt(entry, 'AddtlNtryInf')].filter((part) => part !== '').join(' '),
    balance: '',
    status: textAt(entry, 'Sts/Cd') || textAt(entry, 'Sts'),
  };
}

function closingBalance(statement: Node): string {
  const closing = listAt(statement, 'Bal').find((balance) => textAt(balance, 'Tp/CdOrPrtry/Cd') === 'CLBD');
  if (!closing) return '';
  return `${textAt(closing, 'CdtDbtInd') === 'DBIT' ? '-' : ''}${textAt(closing, 'Amt')}`;
}

function dayAt(node: Node, path: string): string {
  return textAt(node, `${path}/Dt`) || textAt(node, `${path}/DtTm`).slice(0, 10);
}

function at(node: unknown, path: string): unknown {
  return path
    .split('/')
    .reduce<unknown>(
      (found, name) => (typeof found === 'object' && found !== null ? (found as Node)[name] : undefined),
      node,
    );
}

function listAt(node: unknown, path: string): Node[] {
  const found = at(node, path);
  return Array.isArray(found) ? (found as Node[]) : [];
}

function textAt(node: unknown, path: string): string {
  return valueOf(at(node, path));
}

function valueOf(found: unknown): string {
  if (typeof found === 'string') return found;
  const text = at(found, '#text');
  return typeof text === 'string' ? text : '';
}

function currencyAt(node: Node, path: string): string {
  const code = at(node, `${path}/@Ccy`);
  return typeof code === 'string' ? code : '';
}
