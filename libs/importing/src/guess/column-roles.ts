/** What a column of a file can be to a mapping. */
export type Role =
  | 'amount'
  | 'credit'
  | 'debit'
  | 'date'
  | 'currency'
  | 'balance'
  | 'id'
  | 'account'
  | 'description'
  | 'kind'
  | 'fee'
  | 'state';

/**
 * How banks call their columns, the best names first, in English, German, Dutch, French, Spanish, Italian, Polish and Czech. They are compared
 * in lower case, without `#`, quotes and what stands in parentheses.
 */
const NAMES: Readonly<Record<Role, readonly RegExp[]>> = {
  amount: [
    /^(?:amount|transaction amount|net amount|betrag|bedrag|montant|importe|importo|kwota|částka|zaúčtovaná částka|sum|umsatz)$/,
    /^(?:gross|net|value|quantity transacted|betrag in \w+|source amount|amount in \w+)$/,
  ],
  credit: [
    /^(?:credit|credit amount|paid in|money in|inflow|deposits?|deposit amt\.?|gutschrift|haben|crédit|credito|wpływ)/,
  ],
  debit: [
    /^(?:debit|debit amount|debet|paid out|money out|outflow|withdrawals?|withdrawal amt\.?|lastschrift|soll|débit|debito|wydatek)/,
  ],
  date: [
    /^(?:booking date|bookingdate|posting date|transaction date|completed date|buchungstag|buchungsdatum|datum zaúčtování|data księgowania|effectiveat)$/,
    /^(?:date|datum|data|fecha|when|date time|time|timestamp|created|created on|datum provedení)$/,
    /(?:date|datum)/,
  ],
  currency: [
    /^(?:currency|währung|waehrung|munt|devise|moneda|divisa|waluta|měna|měna účtu|asset|ccy|source currency|price currency)$/,
  ],
  balance: [
    /^(?:balance|running balance|closing balance|balance after|balanceafter|balance_after|saldo|saldo na trn|solde|kontostand|zůstatek|saldo po operacji)/,
  ],
  id: [
    /^(?:id|transaction id|transaction_id|transactionid|txid|movementid|movement_id|id transakce|volgnr|reference number|transferwise id|ref|nr|number)$/,
  ],
  account: [
    /^(?:account|account number|account_id|account name|iban|iban\/bban|auftragskonto|konto|rekening|rekeningnummer|compte|číslo účtu|wallet|product)$/,
  ],
  description: [
    /^(?:description|verwendungszweck|buchungstext|narration|memo|text|mededelingen|omschrijving|omschrijving-1|libellé|opis operacji|payee|name|details|concepto|poznámka|descrizione)$/,
  ],
  kind: [/^(?:af bij|debit\/credit|d\/c|dc|cr\/dr|soll\/haben|details|direction|credit or debit|credit\/debit)$/],
  fee: [/^(?:fee|fees|poplatek|gebühr|frais)$/],
  state: [/^(?:state|status)$/],
};

/** The columns that may have a role, the likeliest first. */
export function columnsOfRole(header: readonly string[], role: Role): string[] {
  const plain = header.map((name) => ({ name, text: plainName(name) }));
  return NAMES[role].flatMap((pattern) => plain.filter(({ text }) => pattern.test(text)).map(({ name }) => name));
}

function plainName(name: string): string {
  const [before = '', ...inside] = name.toLowerCase().split('(');
  const after = inside.join('(').split(')').slice(1).join(')');
  return `${before}${after}`
    .replace(/[#"*]/g, '')
    .replace(/ in (?:eur|chf)| euros?$/, '')
    .trim();
}

/** Whether a line can be the header of a table of movements: it names an amount and a date. */
export function isHeaderOfMovements(header: readonly string[]): boolean {
  const has = (role: Role) => columnsOfRole(header, role).length > 0;
  return has('date') && (has('amount') || (has('credit') && has('debit')));
}

/** A currency code or sign in the name of a column: `Amount (EUR)`, `Betrag (€)`, `Saldo in CHF`. */
export function currencyInName(name: string): string | undefined {
  return /\b([A-Z]{3})\b/.exec(name.replace(/^[A-Z]{3}$/, ''))?.[1] ?? (name.includes('€') ? 'EUR' : undefined);
}
