import iconv from 'iconv-lite';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readFile } from '../read-file.fixture.js';

// The structure is that of real exports; every name, number and text is invented.
interface Form {
  readonly bank: string;
  readonly file: string | Buffer;
  readonly mapping: object;
  readonly net: object;
  readonly more?: object;
}

const wallet = { value: 'account' };
const EUR = { value: 'EUR' };

const forms: Form[] = [
  {
    bank: 'Rabobank (NL): comma, every cell quoted, signed with a plus, balance after, latin1',
    file: iconv.encode(
      '"IBAN/BBAN","Munt","BIC","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn","Tegenrekening IBAN/BBAN","Naam tegenpartij","Omschrijving-1"\r\n' +
        '"NL01RABO0000000001","EUR","RABONL2U","000000000000000101","2026-01-02","2026-01-02","+1.250,00","+1.250,00","","Werkgever","Salaris"\r\n' +
        '"NL01RABO0000000001","EUR","RABONL2U","000000000000000102","2026-01-03","2026-01-03","-3,95","+1.246,05","","Café Één","koffie"\r\n',
      'latin1',
    ),
    mapping: {
      movements: {
        ...{ id: 'Volgnr', wallet: 'IBAN/BBAN', amount: { signed: 'Bedrag' }, currency: 'Munt', effectiveAt: 'Datum' },
        ...{ description: '{Naam tegenpartij} {Omschrijving-1}', balance: 'Saldo na trn' },
      },
    },
    net: { EUR: '1246.05' },
    more: { order: 'oldest first' },
  },
  {
    bank: 'ING (NL): a column says debit or credit, date without dashes, newest first',
    file:
      '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Mededelingen"\n' +
      '"20260204";"Bakker";"NL02INGB0000000002";"";"BA";"Af";"1.012,50";"Betaalautomaat";"brood"\n' +
      '"20260203";"Werkgever";"NL02INGB0000000002";"NL..";"OV";"Bij";"2.000,00";"Overschrijving";"loon"\n',
    mapping: {
      movements: {
        amount: { column: 'Bedrag (EUR)', kind: { column: 'Af Bij', credit: ['Bij'], debit: ['Af'] } },
        ...{ wallet: 'Rekening', currency: EUR, effectiveAt: { text: 'Datum', format: 'yyyyMMdd' } },
      },
    },
    net: { EUR: '987.50' },
    more: { order: 'newest first' },
  },
  {
    bank: 'bunq: newest first, thousands with a comma',
    file:
      '"Date";"Interest Date";"Amount";"Account";"Counterparty";"Name";"Description"\n' +
      '"2026-01-31";"2026-01-31";"-1,299.95";"NL03BUNQ0000000003";"";"Shop";"bike"\n' +
      '"2026-01-30";"2026-01-30";"1,300.00";"NL03BUNQ0000000003";"";"Me";"top up"\n',
    mapping: { movements: { wallet: 'Account', amount: { signed: 'Amount' }, currency: EUR, effectiveAt: 'Date' } },
    net: { EUR: '0.05' },
    more: { order: 'newest first' },
  },
  {
    bank: 'easybank (AT): no header, windows-1252, date and amount in German form, the text holds semicolons in quotes',
    file: iconv.encode(
      'AT001400000000000004;"Müller; Söhne VB/000000101";02.01.2026;02.01.2026;-12,90;EUR\n' +
        'AT001400000000000004;Gehalt Jänner VD/000000102;05.01.2026;05.01.2026;+2.150,00;EUR\n',
      'windows-1252',
    ),
    mapping: {
      ...{ header: false, delimiter: ';', encoding: 'windows-1252' },
      movements: {
        ...{ wallet: '1', amount: { signed: '5' }, currency: '6', description: '{2}' },
        effectiveAt: { text: '3', format: 'dd.MM.yyyy' },
      },
    },
    net: { EUR: '2137.10' },
    more: { form: { headerLine: 0 } },
  },
  {
    bank: 'Raiffeisenbank (CZ): windows-1250, blanks group digits, one account number with a slash, time in the date',
    file: iconv.encode(
      '"Datum provedení";"Datum zaúčtování";"Číslo účtu";"Název účtu";"Kategorie transakce";"Číslo protiúčtu";"Zaúčtovaná částka";"Měna účtu";"Původní částka a měna";"Poplatek";"Id transakce";"Vlastní poznámka";\n' +
        '"02.01.2026 14:05";"02.01.2026";"1000000005/5500";"Žlutý účet";"Platba";"19-1/0100";"-1 250,50";"CZK";"-1 250,50 CZK";"";"5000000001";"";\n' +
        '"01.01.2026 08:00";"01.01.2026";"1000000005/5500";"Žlutý účet";"Příchozí";"";"10 000,00";"CZK";"";"";"5000000000";"";\n',
      'windows-1250',
    ),
    mapping: {
      ...{ encoding: 'windows-1250', walletIds: 'escaped' },
      movements: {
        ...{ id: 'Id transakce', wallet: 'Číslo účtu', amount: { signed: 'Zaúčtovaná částka' } },
        currency: 'Měna účtu',
        effectiveAt: { text: 'Datum provedení', format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Prague' },
      },
    },
    net: { CZK: '8749.50' },
    more: { wallets: { '1000000005:2F5500': { CZK: '8749.50' } }, order: 'newest first' },
  },
  {
    bank: 'KBC (BE): amount and balance, and two more columns that are credit and debit, the debit with a minus',
    file:
      'Rekeningnummer;Rubrieknaam;Naam;Munt;Afschriftnummer;Datum;Omschrijving;Valuta;Bedrag;Saldo;credit;debet;\n' +
      'BE01 0000 0000 0006;;X;EUR; 02026001;05/01/2026;STORTING ;05/01/2026;150,00;150,00;150,00;;\n' +
      'BE01 0000 0000 0006;;X;EUR; 02026001;06/01/2026;BETALING ;06/01/2026;-20,25;129,75;;-20,25;\n',
    mapping: {
      accounts: { 'BE01 0000 0000 0006': 'current' },
      movements: {
        ...{ wallet: 'Rekeningnummer', amount: { credit: 'credit', debit: 'debet' }, currency: 'Munt' },
        ...{ effectiveAt: { text: 'Datum', format: 'dd/MM/yyyy' }, balance: 'Saldo' },
      },
    },
    net: { EUR: '129.75' },
    more: { wallets: { current: { EUR: '129.75' } } },
  },
  {
    bank: 'HDFC (IN): lines and stars before and after the rows, zeros in the unused column, Indian groups',
    file:
      'HDFC BANK Ltd.  Statement of accounts\n\nMR A B\nFrom : 01/01/26 To : 31/01/26\n**********\n' +
      'Date,Narration,Value Dat,Debit Amount,Credit Amount,Chq/Ref Number,Closing Balance\n' +
      '01/01/26,NEFT CR-X,01/01/26,0.00,"1,25,000.00",R1,"1,25,000.00"\n' +
      '02/01/26,UPI-SHOP,02/01/26,"25,000.50",0.00,R2,"99,999.50"\n' +
      '**********,,,,,,\nSTATEMENT SUMMARY :-,,,,,,\n',
    mapping: {
      footer: 2,
      movements: {
        ...{ id: 'Chq/Ref Number', wallet, amount: { credit: 'Credit Amount', debit: 'Debit Amount' } },
        ...{
          currency: { value: 'INR' },
          effectiveAt: { text: 'Date', format: 'dd/MM/yy' },
          balance: 'Closing Balance',
        },
      },
    },
    net: { INR: '99999.50' },
    more: { form: { headerLine: 6 } },
  },
  {
    bank: 'DKB (DE): account and balance before the header, euro signs, Unicode minus, a state column',
    file:
      '"Girokonto";"DE01000000000000000008"\n"Zeitraum:";"01.01.2026 - 31.01.2026"\n"Kontostand vom 31.01.2026:";"1.001,05\u00a0€"\n""\n' +
      '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"Betrag (€)"\n' +
      '"30.01.26";"30.01.26";"Vorgemerkt";"Ich";"Laden";"vorgemerkt";"Ausgang";"-9,99\u00a0€"\n' +
      '"15.01.26";"15.01.26";"Gebucht";"Ich";"Bäcker";"Brötchen";"Ausgang";"−8,95\u00a0€"\n' +
      '"02.01.26";"02.01.26";"Gebucht";"Firma";"Ich";"Lohn";"Eingang";"1.010,00\u00a0€"\n',
    mapping: {
      movements: {
        ...{ wallet, amount: { signed: 'Betrag (€)' }, currency: EUR, description: '{Verwendungszweck}' },
        ...{
          effectiveAt: { text: 'Buchungsdatum', format: 'dd.MM.yy' },
          skip: [{ column: 'Status', values: ['Vorgemerkt'] }],
        },
      },
    },
    net: { EUR: '1001.05' },
    more: { skipped: 1, order: 'newest first', form: { headerLine: 5 } },
  },
  {
    bank: 'Sparkasse (DE, CSV-CAMT): two digits of the year, latin1, semicolon',
    file: iconv.encode(
      '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Kundenreferenz (End-to-End)";"Betrag";"Waehrung";"Info"\n' +
        '"DE02";"30.01.26";"30.01.26";"LASTSCHRIFT";"Größe";"E-1";"-45,00";"EUR";"Umsatz gebucht"\n' +
        '"DE02";"29.01.26";"29.01.26";"GUTSCHRIFT";"x";"E-2";"50,00";"EUR";"Umsatz gebucht"\n',
      'latin1',
    ),
    mapping: {
      movements: {
        ...{ wallet: 'Auftragskonto', amount: { signed: 'Betrag' }, currency: 'Waehrung' },
        effectiveAt: { text: 'Buchungstag', format: 'dd.MM.yy' },
      },
    },
    net: { EUR: '5.00' },
  },
  {
    bank: 'M&S Bank (UK): date, text and amount alone, names of months, lines end in CR CR LF',
    file: 'Date,Description,Amount\r\r\n05 Jan 2026,SHOP,-12.30\r\r\n05 Jan 2026,SHOP,-12.30\r\r\n04 Jan 2026,PAYMENT RECEIVED,"1,100.00"\r\r\n',
    mapping: {
      movements: {
        ...{ wallet, amount: { signed: 'Amount' }, currency: { value: 'GBP' } },
        effectiveAt: { text: 'Date', format: 'dd MMM yyyy' },
      },
    },
    net: { GBP: '1075.40' },
  },
  {
    bank: 'Barclays (UK): a blank first line, spaces around cells',
    file: 'Number,Date,Account,Amount,Subcategory,Memo\n\t ,02/01/2026,20-00-00 00000011,-7.25,PAYMENT,"X  ON 01 JAN"\n\t ,03/01/2026,20-00-00 00000011,20.00,FT,Y\n',
    mapping: {
      walletIds: 'escaped',
      movements: {
        ...{ wallet: 'Account', amount: { signed: 'Amount' }, currency: { value: 'GBP' } },
        effectiveAt: { text: 'Date', format: 'dd/MM/yyyy' },
      },
    },
    net: { GBP: '12.75' },
  },
  {
    bank: 'PostFinance (CH): apostrophes group digits, lines before and after, two columns',
    file:
      'Konto:;CH0100000000000000012\nWährung:;CHF\n\nDatum;Avisierungstext;Gutschrift in CHF;Lastschrift in CHF;Saldo in CHF\n' +
      "31.01.2026;KAUF;;-1'200.05;300.00\n02.01.2026;LOHN;1'500.05;;1'500.05\n\nDisclaimer:\nDer Dokumentinhalt\n",
    mapping: {
      footer: 2,
      movements: {
        ...{ wallet, amount: { credit: 'Gutschrift in CHF', debit: 'Lastschrift in CHF' }, currency: { value: 'CHF' } },
        ...{ effectiveAt: { text: 'Datum', format: 'dd.MM.yyyy' }, balance: 'Saldo in CHF' },
      },
    },
    net: { CHF: '300.00' },
  },
  {
    bank: 'Crédit Agricole (FR): non-breaking blanks, lines before the header, packed',
    file: gzipSync(
      'Téléchargement du 31/01/2026\n\nCompte courant\n\nDate;Libellé;Débit euros;Crédit euros;\n02/01/2026;"VIREMENT\nRECU";;1\u202f234,56;\n03/01/2026;CARTE;1\u00a0000,00;;\n',
    ),
    mapping: {
      movements: {
        ...{
          wallet,
          amount: { credit: 'Crédit euros', debit: 'Débit euros' },
          currency: EUR,
          description: '{Libellé}',
        },
        effectiveAt: { text: 'Date', format: 'dd/MM/yyyy' },
      },
    },
    net: { EUR: '234.56' },
  },
  {
    bank: 'mBank (PL): windows-1250, semicolon, amounts with the code, a row of sums at the end',
    file: iconv.encode(
      'mBank S.A.;\n#Klient;\nŻÓŁW;\n\n#Data księgowania;#Opis operacji;#Kwota;#Saldo po operacji;\n2026-01-02;PRZELEW;5 000,00 PLN;5 000,00 PLN;\n2026-01-03;ZAKUP;-123,45 PLN;4 876,55 PLN;\n;#Saldo końcowe;4 876,55 PLN;;\n',
      'windows-1250',
    ),
    mapping: {
      ...{ encoding: 'windows-1250', footer: 1 },
      movements: {
        ...{ wallet, amount: { signed: '#Kwota' }, currency: { value: 'PLN' }, effectiveAt: '#Data księgowania' },
        balance: '#Saldo po operacji',
      },
    },
    net: { PLN: '4876.55' },
  },
  {
    bank: 'Chase (US): months first, credit and debit in one column',
    file: 'Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\nDEBIT,01/05/2026,STORE,-1204.10,DEBIT_CARD,795.90,,\nCREDIT,01/02/2026,PAYROLL,2000.00,ACH_CREDIT,2000.00,,\n',
    mapping: {
      movements: {
        ...{ wallet, amount: { signed: 'Amount' }, currency: { value: 'USD' }, balance: 'Balance' },
        effectiveAt: { text: 'Posting Date', format: 'MM/dd/yyyy' },
      },
    },
    net: { USD: '795.90' },
    more: { order: 'newest first' },
  },
  {
    bank: 'American Express (card): what is bought is positive',
    file: 'Date,Description,Amount\n01/31/2026,RESTAURANT,55.20\n01/15/2026,PAYMENT - THANK YOU,-500.00\n',
    mapping: {
      movements: {
        ...{ wallet, amount: { signed: 'Amount', opposite: true }, currency: { value: 'USD' } },
        effectiveAt: { text: 'Date', format: 'MM/dd/yyyy' },
      },
    },
    net: { USD: '444.80' },
  },
];

describe('the export of a bank is read as it is delivered', () => {
  it.each(forms)('$bank', async ({ file, mapping, net, more = {} }) => {
    const read = await readFile(file, mapping);
    expect(read.problems).toEqual([]);
    expect(read).toMatchObject({ net, ...more });
  });
});
