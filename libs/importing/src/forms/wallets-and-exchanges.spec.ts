import { describe, expect, it } from 'vitest';
import { readFile } from '../read-file.fixture.js';

// The structure is that of real exports; every name, number and text is invented.
interface Form {
  readonly from: string;
  readonly file: string | Buffer;
  readonly mapping: object;
  readonly wallets: object;
  readonly more?: object;
}

const utc = (text: string, format: string) => ({ text, format, zone: 'UTC' });

const forms: Form[] = [
  {
    from: 'Wise (statement): the fee has the id of its transfer',
    file: '"TransferWise ID",Date,"Date Time",Amount,Currency,Description,"Running Balance","Total fees"\nTRANSFER-2,03-02-2026,"03-02-2026 10:00:00.123",-1.35,USD,"Wise Charges for: TRANSFER-2",58.65,0\nTRANSFER-2,03-02-2026,"03-02-2026 10:00:00.122",-40.00,USD,"Sent money to X",60.00,1.35\nTRANSFER-1,02-02-2026,"02-02-2026 09:00:00.000",100.00,USD,"Received money",100.00,0\n',
    mapping: {
      movements: {
        ...{ id: '{TransferWise ID} {Description}', wallet: 'Currency', amount: { signed: 'Amount' } },
        ...{ currency: 'Currency', balance: 'Running Balance' },
        effectiveAt: utc('Date Time', 'dd-MM-yyyy HH:mm:ss.SSS'),
      },
    },
    wallets: { USD: { USD: '58.65' } },
    more: { order: 'newest first' },
  },
  {
    from: 'Wise (transfers): both sides of a conversion, and what it cost',
    file: 'ID,Status,Direction,"Created on","Source fee amount","Source fee currency","Source amount (after fees)","Source currency","Target amount (after fees)","Target currency"\nBALANCE-1,COMPLETED,NEUTRAL,"2026-02-01 10:00:00",0.50,EUR,99.50,EUR,108.00,USD\nTRANSFER-1,CANCELLED,OUT,"2026-02-01 11:00:00",1.00,EUR,10.00,EUR,10.00,EUR\nTRANSFER-2,COMPLETED,OUT,"2026-02-02 11:00:00",0.30,EUR,20.00,EUR,20.00,EUR\n',
    mapping: {
      movements: {
        ...{ id: 'ID', wallet: 'Source currency', currency: 'Source currency' },
        amount: {
          column: 'Source amount (after fees)',
          kind: { column: 'Direction', credit: ['IN'], debit: ['OUT', 'NEUTRAL'] },
        },
        exchange: {
          ...{ amount: 'Target amount (after fees)', currency: 'Target currency' },
          only: [{ column: 'Direction', values: ['NEUTRAL'] }],
        },
        fee: { amount: 'Source fee amount', currency: 'Source fee currency' },
        only: [{ column: 'Status', values: ['COMPLETED'] }],
        effectiveAt: utc('Created on', 'yyyy-MM-dd HH:mm:ss'),
      },
    },
    wallets: { EUR: { EUR: '-120.30' }, USD: { USD: '108.00' } },
    more: { skipped: 1 },
  },
  {
    from: 'Revolut: a fee beside the amount, states, several currencies',
    file: 'Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\nTOPUP,Current,2026-01-01 10:00:00,2026-01-01 10:00:05,Top-Up,100.00,0.00,EUR,COMPLETED,100.00\nCARD_PAYMENT,Current,2026-01-02 10:00:00,2026-01-03 02:00:00,Shop,-10.00,0.15,EUR,COMPLETED,89.85\nCARD_PAYMENT,Current,2026-01-04 10:00:00,,Hotel,-50.00,0.00,EUR,REVERTED,\nEXCHANGE,Current,2026-01-05 10:00:00,2026-01-05 10:00:00,To JPY,1500.00,0,JPY,COMPLETED,1500\n',
    mapping: {
      movements: {
        ...{ wallet: '{Product}-{Currency}', amount: { signed: 'Amount' }, currency: 'Currency', balance: 'Balance' },
        ...{ fee: { amount: 'Fee' }, skip: [{ column: 'State', values: ['REVERTED', 'PENDING'] }] },
        effectiveAt: utc('Completed Date', 'yyyy-MM-dd HH:mm:ss'),
      },
    },
    wallets: { 'Current-EUR': { EUR: '89.85' }, 'Current-JPY': { JPY: '1500' } },
    more: { skipped: 1 },
  },
  {
    from: 'N26: foreign amounts beside, empty where they do not apply',
    file: '"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference","Account Name","Amount (EUR)","Original Amount","Original Currency","Exchange Rate"\n2026-01-02,2026-01-02,Firm,DE..,"Credit Transfer",Pay,Main,2000.5,,,\n2026-01-03,2026-01-03,Shop,,Presentment,,Main,-9.04,-9.9,USD,0.9131\n',
    mapping: {
      movements: {
        ...{ wallet: 'Account Name', amount: { signed: 'Amount (EUR)' }, currency: { value: 'EUR' } },
        ...{ effectiveAt: 'Booking Date', reference: '{Payment Reference}' },
      },
    },
    wallets: { Main: { EUR: '1991.46' } },
  },
  {
    from: 'PayPal: date and time in two columns, gross and fee, header repeated names',
    file: '\uFEFF"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","Transaction ID","Name"\r\n"02/01/2026","23:30:00","PST","Buyer","Payment","Completed","USD","1,000.00","-29.30","970.70","7AB","x"\r\n"02/02/2026","08:00:00","PST","","Transfer","Completed","USD","-500.00","0.00","-500.00","7AC","x"\r\n',
    mapping: {
      movements: {
        ...{ id: 'Transaction ID', wallet: { value: 'paypal' }, amount: { signed: 'Gross' }, currency: 'Currency' },
        fee: { amount: 'Fee', sign: 'minus' },
        effectiveAt: { text: '{Date} {Time}', format: 'MM/dd/yyyy HH:mm:ss', zone: 'America/Los_Angeles' },
      },
    },
    wallets: { paypal: { USD: '470.70' } },
    more: { movements: [{ details: { effectiveAt: '2026-02-02T07:30:00.000Z' } }, {}, {}] },
  },
  {
    from: 'Kraken (ledger): codes of its own, eight and more decimals, a fee in the same coin',
    file: '"txid","refid","time","type","subtype","aclass","asset","wallet","amount","fee","balance"\n"L1","R1","2026-01-01 00:00:01","deposit","","currency","ZEUR","spot / main",1000.0000,0.0000,1000.0000\n"L2","R2","2026-01-02 00:00:01","trade","","currency","ZEUR","spot / main",-500.0000,1.2000,498.8000\n"L3","R2","2026-01-02 00:00:01","trade","","currency","XXBT","spot / main",0.0100000000,0.0000000000,0.0100000000\n"L4","R3","2026-01-03 00:00:01","staking","","currency","DOT.S","spot / main",0.1234567890,0.0000000000,0.1234567890\n',
    mapping: {
      currencyCodes: { ZEUR: 'EUR', XXBT: 'BTC', 'DOT.S': 'DOT' },
      movements: {
        ...{ id: 'txid', wallet: { value: 'kraken' }, amount: { signed: 'amount' }, currency: 'asset' },
        ...{ fee: { amount: 'fee' }, effectiveAt: utc('time', 'yyyy-MM-dd HH:mm:ss'), balance: 'balance' },
      },
    },
    wallets: { kraken: { EUR: '498.80', BTC: '0.01000000', DOT: '0.1234567890' } },
  },
  {
    from: 'Coinbase: lines before the header, an amount with eighteen decimals',
    file: '\nTransactions\nUser,x@example.com,id\nID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Subtotal,Fees and/or Spread\na1,2026-01-01 10:00:00 UTC,Receive,ETH,1.000000000000000001,USD,$3000.00,$0.00\na2,2026-01-02 10:00:00 UTC,Send,ETH,-0.5,USD,$1500.00,$0.00\n',
    mapping: {
      movements: {
        ...{ id: 'ID', wallet: { value: 'coins' }, amount: { signed: 'Quantity Transacted' }, currency: 'Asset' },
        effectiveAt: utc('Timestamp', "yyyy-MM-dd HH:mm:ss 'UTC'"),
      },
    },
    wallets: { coins: { ETH: '0.500000000000000001' } },
    more: { form: { headerLine: 4 } },
  },
  {
    from: 'Schwab: dollar signs, a minus before the sign, dates with "as of", newest first',
    file: '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n"01/15/2026","Buy","VTI","FUND","10","$250.00","$0.03","-$2,500.03"\n"01/02/2026","MoneyLink Transfer","","Tfr","","","","$3,000.00"\n"Transactions Total","","","","","","","$499.97"\n',
    mapping: {
      footer: 1,
      movements: {
        ...{ wallet: { value: 'schwab' }, amount: { signed: 'Amount' }, currency: { value: 'USD' } },
        effectiveAt: { text: 'Date', format: 'MM/dd/yyyy' },
      },
    },
    wallets: { schwab: { USD: '499.97' } },
    more: { order: 'newest first' },
  },
  {
    from: 'YNAB (register): two columns with signs of the currency and zeros',
    file: '"Account","Flag","Date","Payee","Category Group/Category","Memo","Outflow","Inflow","Cleared"\n"Checking","","01/05/2026","Grocer","Food: Groceries","","€65.40","€0.00","Cleared"\n"Checking","","01/01/2026","Starting Balance","Inflow: Ready","","€0.00","€1,500.00","Reconciled"\n',
    mapping: {
      movements: {
        ...{ wallet: 'Account', amount: { credit: 'Inflow', debit: 'Outflow' }, currency: { value: 'EUR' } },
        effectiveAt: { text: 'Date', format: 'MM/dd/yyyy' },
      },
    },
    wallets: { Checking: { EUR: '1434.60' } },
  },
  {
    from: 'Stripe (balance history): minor facts beside, net is amount less fee',
    file: 'id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Description\ntxn_1,charge,ch_1,120.00,3.78,116.22,eur,2026-01-01 10:00,Order\ntxn_2,payout,po_1,-116.22,0.00,-116.22,eur,2026-01-03 10:00,PAYOUT\n',
    mapping: {
      currencyCodes: { eur: 'EUR' },
      movements: {
        ...{ id: 'id', wallet: { value: 'stripe' }, amount: { signed: 'Amount' }, currency: 'Currency' },
        ...{ fee: { amount: 'Fee' }, effectiveAt: utc('Created (UTC)', 'yyyy-MM-dd HH:mm') },
      },
    },
    wallets: { stripe: { EUR: '0.00' } },
  },
  {
    from: 'ledger of an app: codes with a scale, tabs between the columns, apostrophes as quotes',
    file: "'when'\t'asset'\t'in'\t'out'\n'2026-01-01T10:00:00Z'\t'USD/2'\t'1.50'\t'-'\n'2026-01-02T10:00:00Z'\t'USD/2'\t'-'\t'0.25'\n",
    mapping: {
      currencyCodes: { 'USD/2': 'USD' },
      movements: {
        ...{ wallet: { value: 'app' }, amount: { credit: 'in', debit: 'out' }, currency: 'asset', effectiveAt: 'when' },
      },
    },
    wallets: { app: { USD: '1.25' } },
  },
  {
    from: 'Tidemark (statement): every optional field may be empty',
    file: 'version,recordedAt,effectiveAt,type,movementId,amount,currency,balanceAfter,counterparty,reference,description\r\n2,2026-01-01T00:00:00.000Z,2025-12-31T00:00:00.000Z,deposit,mv_1,10.00,EUR,10.00,,first,\r\n3,2026-01-02T00:00:00.000Z,,withdrawal,mv_2,-4.00,EUR,6.00,,,\r\n',
    mapping: {
      movements: {
        ...{ id: 'movementId', wallet: { value: 'w' }, amount: { signed: 'amount' }, currency: 'currency' },
        ...{
          effectiveAt: 'effectiveAt',
          reference: '{reference}',
          description: '{description}',
          balance: 'balanceAfter',
        },
      },
    },
    wallets: { w: { EUR: '6.00' } },
  },
  {
    from: 'SQL dump: pipes, no quotes, a quote inside a text',
    file: 'id|acct|amt|note\n1|a|5.00|5" nail\n2|a|-1.50|"\n',
    mapping: {
      quote: 'none',
      movements: {
        id: 'id',
        wallet: 'acct',
        amount: { signed: 'amt' },
        currency: { value: 'USD' },
        description: '{note}',
      },
    },
    wallets: { a: { USD: '3.50' } },
  },
  {
    from: 'a spreadsheet, saved as UTF-16 text with tabs',
    file: Buffer.from('\uFEFFNr\tKonto\tBetrag\r\n1\ta\t1.234,50\r\n2\ta\t-0,50\r\n', 'utf16le'),
    mapping: { movements: { id: 'Nr', wallet: 'Konto', amount: { signed: 'Betrag' }, currency: { value: 'EUR' } } },
    wallets: { a: { EUR: '1234.00' } },
    more: { form: { encoding: { name: 'utf-16le' }, delimiter: '\t' } },
  },
];

describe('the export of a wallet, an exchange or an app is read as it is delivered', () => {
  it.each(forms)('$from', async ({ file, mapping, wallets, more = {} }) => {
    const read = await readFile(file, mapping);
    expect(read.problems).toEqual([]);
    expect(read).toMatchObject({ wallets, ...more });
  });
});
