import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import writeSheet from 'write-excel-file/node';
import { FileRefused } from '../file-refused.js';
import { readFile } from '../read-file.fixture.js';

// The structure is that of the standards; the content is invented.
const movements = {
  ...{ wallet: 'account', amount: { signed: 'amount' }, currency: 'currency', effectiveAt: 'bookingDate' },
  ...{ reference: '{reference}', description: '{counterparty} {description}', balance: 'balance' },
};

const entry = (amount: string, mark: string, day: string, more = '') =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${mark}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt>${more}</Ntry>`;
const CAMT = `<?xml version="1.0" encoding="ISO-8859-1"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>DE01</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1080.000</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
${entry('1100.000', 'CRDT', '2026-01-02', '<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>M\u00fcller</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>Rechnung</Ustrd><Ustrd>7</Ustrd></RmtInf></TxDtls></NtryDtls>')}
${entry('30.000', 'DBIT', '2026-01-05', '<AcctSvcrRef>B2</AcctSvcrRef>')}
</Stmt></BkToCstmrStmt></Document>`;

const MT940 = `{1:F01BANK}{2:O940}{4:
:20:STARTUMSE
:25:10010010/0000000009
:28C:00001/001
:60F:C251231EUR100,
:61:2601020102DR12,5NMSCNONREF//B-1
/OCMT/EUR12,50/
:86:005?00LASTSCHRIFT?20Miete?21 Januar?32Haus?33 GmbH
:61:2512311231RC0,50NTRFE-2
:86:plain text
over two lines
:61:2512310102C1000,NTRFE-3//B-3
:62F:C260102EUR1087,00
-}`;

const OFX1 = `OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>1<ACCTID>777<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260101<DTEND>20260131
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260115120000[-5:EST]<TRNAMT>-1080.25<FITID>F2<NAME>A&amp;B<MEMO>caf\u00e9</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260102<TRNAMT>+2000<FITID>F1<NAME>Pay</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>919.75<DTASOF>20260131</LEDGERBAL><AVAILBAL><BALAMT>5.00</AVAILBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`;

describe('a statement that is no CSV is read as a table', () => {
  it('camt.053, in the encoding that it names', async () => {
    const read = await readFile(Buffer.from(CAMT, 'latin1'), { movements: { ...movements, id: 'id' } });
    expect(read.problems).toEqual([]);
    expect(read.wallets).toEqual({ DE01: { EUR: '1070.00' } });
    expect(read.movements[0]).toMatchObject({
      id: 'B1',
      details: { effectiveAt: '2026-01-02T00:00:00.000Z', reference: 'E-1', description: 'Müller Rechnung 7' },
    });
  });

  it('MT940, with reversals, structured texts and dates around New Year', async () => {
    const read = await readFile(MT940, { walletIds: 'escaped', movements });
    expect(read.problems).toEqual([]);
    expect(read.wallets).toEqual({ '10010010:2F0000000009': { EUR: '987.00' } });
    expect(
      read.movements.map(({ direction, amount, details }) => [direction, `${amount}`, details.description]),
    ).toEqual([
      ['debit', '12.50', 'Haus GmbH Miete Januar'],
      ['debit', '0.50', 'plain text over two lines'],
      ['credit', '1000.00', undefined],
    ]);
    expect(read.movements.map(({ details }) => details.effectiveAt?.slice(0, 10))).toEqual([
      '2026-01-02',
      '2025-12-31',
      '2026-01-02',
    ]);
  });

  it('OFX 1 and QFX (SGML), and OFX 2 (XML)', async () => {
    const mapping = { movements: { ...movements, id: 'id' } };
    const read = await readFile(Buffer.from(OFX1, 'latin1'), mapping);
    expect(read.problems).toEqual([]);
    expect(read).toMatchObject({ wallets: { '777': { USD: '919.75' } }, order: 'newest first' });
    expect(read.movements.at(-1)).toMatchObject({ id: 'F2', details: { description: 'A&B A&B café' } });
    const xml = `<?xml version="1.0"?><?OFX OFXHEADER="200"?>${OFX1.slice(OFX1.indexOf('<OFX>')).replace(/<(\w+)>([^<\n]+)/g, '<$1>$2</$1>')}`;
    expect((await readFile(xml, mapping)).wallets).toEqual(read.wallets);
  });

  it('XLSX, with lines before the header, dates, and numbers to the last digit', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tidemark-xlsx-'));
    const path = join(directory, 'a.xlsx');
    const date = (day: string) => ({ value: new Date(`${day}T00:00:00Z`), type: Date, format: 'dd.mm.yyyy' });
    await writeSheet([
      [{ value: 'Bank of Tests' }],
      [{ value: 'When' }, { value: 'Sum' }, { value: 'What' }],
      [date('2026-01-02'), { value: 1234.5, type: Number }, { value: 'in' }],
      [date('2026-01-03'), { value: -0.07, type: Number }, { value: 'out; "x"' }],
    ]).toFile(path);
    const content = readFileSync(path);
    rmSync(directory, { recursive: true });
    const read = await readFile(content, {
      movements: {
        ...{ wallet: { value: 'w' }, amount: { signed: 'Sum' }, currency: { value: 'EUR' } },
        ...{ effectiveAt: 'When', description: '{What}' },
      },
    });
    expect(read).toMatchObject({ problems: [], wallets: { w: { EUR: '1234.43' } }, form: { headerLine: 2 } });
    expect(read.movements[1]!.details).toEqual({ effectiveAt: '2026-01-03T00:00:00.000Z', description: 'out; "x"' });
  });

  it('is refused when it is broken', async () => {
    const broken = MT940.replace('DR12,5N', 'XX12,5N');
    await expect(readFile(broken, { movements })).rejects.toThrow(FileRefused);
    await expect(readFile(broken, { movements })).rejects.toThrow('line 6: ":61:2601020102XX12,5NMSC');
    await expect(readFile(CAMT.slice(0, -40), { movements })).rejects.toThrow('it looks like camt, and cannot be read');
  });
});
