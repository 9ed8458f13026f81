import { gzipSync } from 'node:zlib';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';
import { HEADER, importFile } from './imported-files.js';

describe.each(engines)('the form of a file on $engine', (engine) => {
  let fresh: FreshDatabase;
  let at: Workplace;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    at = new Workplace(fresh.url);
  });
  afterAll(async () => {
    await fresh?.drop();
    at?.leave();
  });

  const importing = (content: string | Buffer, how?: Parameters<typeof importFile>[2]) => importFile(at, content, how);

  it('is found and said: UTF-16, packed, newest first, with lines before the header', async () => {
    const text = `Bank of Tests\nAccount;x\n\nNr;Konto;Datum;Betrag\nb;k;2026-02-01;-1.000,50\na;k;2026-01-31;1.000,50\n`;
    const { code, json, stderr } = await importing(gzipSync(Buffer.from(`\uFEFF${text}`, 'utf16le')), {
      mapping: {
        movements: {
          ...{ id: 'Nr', wallet: 'Konto', effectiveAt: 'Datum' },
          ...{ amount: { signed: 'Betrag' }, currency: { value: 'EUR' } },
        },
      },
    });
    expect(json).toMatchObject({ booked: 2, rejected: 0, net: { EUR: '0.00' } });
    expect(json.readAs).toEqual({
      ...{ format: 'csv', encoding: 'utf-16le', delimiter: ';', quote: '"', headerLine: 4, decimalMark: ',' },
      order: 'newest first',
    });
    expect(stderr).toBe(
      'file.csv: encoding utf-16le, delimiter ";", header on line 4, decimal mark ",", newest first\n',
    );
    expect(code).toBe(0);
  });

  it('is the form of the rejects file, which the same mapping imports when it is corrected', async () => {
    const more = {
      ...{ delimiter: ';', decimalMark: ',' },
      movements: { id: 'Nr', wallet: 'code', amount: { signed: 'Amount' }, currency: { value: 'EUR' } },
    };
    // "code" is a column of the rejects file too.
    const first = await importing('Nr;code;Amount\n1;a1;1 080,00\n2;a1;5,00\n', { mapping: more });
    expect(first.json).toMatchObject({ booked: 1, rejected: 1 });
    const rejects = at.read('file.rejects.csv');
    expect(rejects).toMatch(/^line;code;detail;Nr;code;Amount\n2;malformed_row;.*;1;a1;1 080,00\n$/);
    const corrected = rejects.replace('1 080,00\n', '1080,00\n');
    const second = await importing(corrected, { source: first.source, mapping: more });
    expect(second.json).toMatchObject({ booked: 1, rejected: 0 });
    const { json } = await at.json('wallet', 'show', `${first.source}-a1`);
    expect(json.balances).toMatchObject([{ posted: '1085.00' }]);
  });

  it('may lack ids: the file is booked once, however often it is imported, and its rejects too', async () => {
    const file =
      'Date,Amount,Account,Name\n2018-03-01,10.00,a1,x\n2018-03-09,7.50,a1,y\n2018-03-09,7.50,a1,y\n2018-03-09,-99,a1,z\n2018-03-09,-99,a1,z\n';
    const movements = {
      ...{ wallet: 'Account', amount: { signed: 'Amount' }, currency: { value: 'EUR' }, effectiveAt: 'Date' },
    };
    const first = await importing(file, { mapping: { movements } });
    expect(first.json).toMatchObject({ booked: 3, rejected: 2, net: { EUR: '25.00' } });
    const { source } = first;
    const rejects = at.read('file.rejects.csv');
    expect((await importing(file, { source, mapping: { movements } })).json).toMatchObject({
      replayed: 3,
      rejected: 2,
    });
    const options = ['--overdraft', 'unlimited', '--retry-rejected'];
    const again = await importing(rejects, { source, mapping: { movements }, options });
    expect(again.json).toMatchObject({ booked: 2, replayed: 0, rejected: 0 });
    const { json } = await at.json('wallet', 'show', `${source}-a1`);
    expect(json.balances).toMatchObject([{ posted: '-173.00' }]);
  });

  it('may hold several movements in a row: the other side of an exchange, and a fee', async () => {
    const { json, source, rejects } = await importing(
      'id,from,cur,to,cur2,fee,feecode\n1,100.00,EUR,,,,\n2,-40.00,EUR,44.10,USD,0.25,EUR\n3,-60.00,EUR,66.00,USD,0,EUR\n',
      {
        mapping: {
          movements: {
            ...{ id: 'id', wallet: '{cur}', amount: { signed: 'from' }, currency: 'cur' },
            exchange: { amount: 'to', currency: 'cur2' },
            fee: { amount: 'fee', currency: 'feecode' },
          },
        },
      },
    );
    expect(json).toMatchObject({ booked: 2, rejected: 1, net: { EUR: '59.75', USD: '44.10' }, wallets: 2 });
    expect(rejects).toMatchObject([{ line: '4', code: 'insufficient_funds' }]);
    const { json: dollars } = await at.json('wallet', 'show', `${source}-USD`);
    expect(dollars.balances).toMatchObject([{ posted: '44.10' }]);
  });

  it('is one wallet: its rows are sent ahead of the answers, in order, and come out the same again', async () => {
    // Each withdrawal empties the wallet, so that it is refused as soon as it overtakes its deposit.
    const rows = Array.from(
      { length: 1_000 },
      (_, i) => `${i},w,1993-01-01,${i % 2 ? 'out' : 'in'},${(i >> 1) + 1},\n`,
    );
    const { json, source } = await importing(HEADER + rows.join(''));
    expect(json).toMatchObject({ booked: 1_000, rejected: 0, net: { EUR: '0.00' } });
    const again = await importing(HEADER + rows.join(''), { source });
    expect(again.json).toMatchObject({ booked: 0, replayed: 1_000, rejected: 0 });
    const { json: wallet } = await at.json('wallet', 'show', `${source}-w`);
    expect(wallet).toMatchObject({ version: 1_001, balances: [{ posted: '0.00' }] });
  });
});
