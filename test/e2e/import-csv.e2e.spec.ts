import { readFileSync } from 'node:fs';
import { connect, type Database } from '@tidemark/database';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';
import { HEADER, importFile, mapping, newSource } from './imported-files.js';

const GOOD_1 = 'g1,alice,1993-01-01,in,10.00,first\n';
const GOOD_2 = 'g2,alice,1993-01-02,out,4.00,second\n';

describe.each(engines)('importing CSV files on $engine', (engine) => {
  let fresh: FreshDatabase;
  let database: Database;
  let at: Workplace;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    database = await connect({ url: fresh.url, applicationName: 'import-csv.e2e' });
    at = new Workplace(fresh.url);
  });
  afterAll(async () => {
    await database?.close();
    await fresh?.drop();
    at?.leave();
  });

  const importing = (content: string | Buffer, how?: Parameters<typeof importFile>[2]) => importFile(at, content, how);

  async function events(): Promise<number> {
    const { rows } = await database.query<{ count: string }>('SELECT count(*) AS count FROM wallet_events');
    return Number(rows[0]!.count);
  }

  it('the example of docs/import.md has the result of the page', async () => {
    const page = readFileSync(new URL('../../docs/import.md', import.meta.url), 'utf8');
    const example = (language: string) => page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'));
    const [movements, accounts] = [...example('csv')].map(([, text]) => text!);
    at.write('movements.csv', movements!);
    at.write('accounts.csv', accounts!);
    at.write('mapping.json', [...example('json')][0]![1]!);
    const commands = page
      .match(/^tidemark (?!.*\[).*\.csv --mapping mapping\.json.*$/gm)!
      .map((line) => line.split(' ').slice(1));
    const [importing, reconciling] = commands;
    expect(await at.json(...importing!)).toMatchObject({
      code: 0,
      json: { booked: 2, wallets: 1, net: { CZK: '500.00' } },
    });
    expect(await at.json(...reconciling!)).toMatchObject({ code: 0, json: { wallets: 1, matching: 1, breaks: [] } });
  });

  describe('supported files', () => {
    it.each<[string, string | Buffer]>([
      ['LF', HEADER + GOOD_1 + GOOD_2],
      ['CRLF', (HEADER + GOOD_1 + GOOD_2).replaceAll('\n', '\r\n')],
      ['a byte order mark', `\uFEFF${HEADER}${GOOD_1}${GOOD_2}`],
      ['no end of the last line', (HEADER + GOOD_1 + GOOD_2).trimEnd()],
      [
        'columns in another order, and more of them',
        'z,amount,kind,date,account,id,text\n1,10,in,1993-01-01,alice,g1,\n2,4,out,1993-01-02,alice,g2,\n',
      ],
      [
        'another encoding than UTF-8',
        Buffer.from((HEADER + GOOD_1 + GOOD_2).replace('first', 'caf\xe9 cr\xe8me'), 'latin1'),
      ],
      ['line breaks inside quotes', `${HEADER}g1,alice,1993-01-01,in,10.00,"two\nlines"\n${GOOD_2}`],
    ])('%s', async (what, content) => {
      const said = what.startsWith('another encoding') ? /^file.csv: encoding [\w-]+\n$/ : /^$/;
      const { code, json, source, stderr } = await importing(content);
      expect(json).toMatchObject({
        read: 2,
        booked: 2,
        rejected: 0,
        wallets: 1,
        walletsOpened: 1,
        net: { EUR: '6.00' },
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(said) });
      const { json: wallet } = await at.json('wallet', 'show', `${source}-alice`);
      expect(wallet.balances).toEqual([
        { currency: 'EUR', posted: '6.00', held: '0.00', pendingIn: '0.00', pendingOut: '0.00', available: '6.00' },
      ]);
    });

    it('a line break in a text becomes a space', async () => {
      const { source } = await importing(`${HEADER}g1,alice,1993-01-01,in,10.00,"two\r\nlines"\n`);
      const { json } = await at.json('wallet', 'statement', `${source}-alice`);
      expect(json.movements).toMatchObject([{ description: 'two lines', effectiveAt: '1993-01-01T00:00:00.000Z' }]);
    });

    it('signed amounts, decimal commas, semicolons, a currency column and times with their offset', async () => {
      const { json } = await importing(
        'nr;konto;wert;betrag;whg\n1;k;1993-01-01T00:30:00+02:00;10,5;EUR\n2;k;1993-01-02;-3,25;EUR\n3;k;1993-01-02;7;JPY\n',
        {
          mapping: {
            delimiter: ';',
            decimalMark: ',',
            movements: {
              id: 'nr',
              wallet: 'konto',
              effectiveAt: 'wert',
              amount: { signed: 'betrag' },
              currency: 'whg',
            },
          },
        },
      );
      expect(json).toMatchObject({ booked: 3, credits: { EUR: '10.50', JPY: '7' }, debits: { EUR: '3.25', JPY: '0' } });
    });

    it('amounts in two columns, and a column that marks the movements that may overdraw', async () => {
      const { json, rejects } = await importing(
        'id,account,in,out,history\n1,a,,5,yes\n2,a,1,,\n3,a,,1,no\n4,a,1,1,\n',
        {
          mapping: {
            movements: {
              id: 'id',
              wallet: 'account',
              amount: { credit: 'in', debit: 'out' },
              currency: { value: 'EUR' },
              overdraft: { column: 'history', unlimited: ['yes'] },
            },
          },
        },
      );
      expect(json).toMatchObject({ booked: 2, rejected: 2, net: { EUR: '-4.00' } });
      expect(rejects.map(({ line, code }) => [line, code])).toEqual([
        ['4', 'insufficient_funds'],
        ['5', 'malformed_row'],
      ]);
    });
  });

  describe('a bad row is listed with line and reason, and stops nothing else', () => {
    it.each<[string, string | Buffer, code: string, detail: string]>([
      ['a bad amount', 'b,alice,1993-01-01,in,1.0.0,\n', 'malformed_row', '"1.0.0" is not an amount'],
      ['an exponent', 'b,alice,1993-01-01,in,1e3,\n', 'malformed_row', '"1e3" is not an amount'],
      ['no amount', 'b,alice,1993-01-01,in,,\n', 'malformed_row', '"" is not an amount'],
      ['too many fraction digits', 'b,alice,1993-01-01,in,1.005,\n', 'malformed_row', '"1.005" has 3 fraction digits'],
      ['an amount of zero', 'b,alice,1993-01-01,in,0.00,\n', 'amount_not_positive', 'amount 0.00 EUR'],
      ['a negative amount beside a kind', 'b,alice,1993-01-01,in,-1.00,\n', 'amount_not_positive', 'amount -1.00 EUR'],
      [
        'an unknown kind',
        'b,alice,1993-01-01,gift,1.00,\n',
        'malformed_row',
        'kind "gift" is neither a credit nor a debit',
      ],
      ['a malformed date', 'b,alice,1.1.1993,in,1.00,\n', 'malformed_row', '"1.1.1993" is neither a date'],
      [
        'a date not in the calendar',
        'b,alice,1993-02-29,in,1.00,\n',
        'malformed_row',
        '"1993-02-29" is neither a date',
      ],
      [
        'a time without offset',
        'b,alice,1993-01-01T10:00:00,in,1.00,\n',
        'malformed_row',
        'nor a time with its offset',
      ],
      ['no movement id', ',alice,1993-01-01,in,1.00,\n', 'malformed_row', '"" is not a movement id'],
      ['no wallet', 'b,,1993-01-01,in,1.00,\n', 'malformed_row', 'is not a wallet id'],
      ['a bad wallet id', 'b,a b,1993-01-01,in,1.00,\n', 'malformed_row', 'is not a wallet id'],
      ['too few columns', 'b,alice,1993-01-01\n', 'malformed_row', '3 columns, and the header has 6'],
      ['too many columns', 'b,alice,1993-01-01,in,1.00,x,y\n', 'malformed_row', '7 columns, and the header has 6'],
      ['the id of another row', 'g1,bob,1993-01-01,in,1.00,\n', 'changed_row', 'g1 is on line 2 already, with other'],
      ['the same row twice', GOOD_1, 'duplicate_id', 'g1 is on line 2 already'],
      [
        'a quote that is never closed',
        'b,alice,1993-01-01,in,1.00,"x\n',
        'malformed_row',
        'a quote is opened and never closed',
      ],
      ['a quote that is not doubled', 'b,alice,1993-01-01,in,1.00,"x"y\n', 'malformed_row', 'is not doubled'],
      [
        'a text that is too long',
        `b,alice,1993-01-01,in,1.00,${'x'.repeat(501)}\n`,
        'malformed_row',
        'the description must have at most 500',
      ],
      [
        'a control character',
        'b,alice,1993-01-01,in,1.00,a\u0007b\n',
        'malformed_row',
        'the description must not have control characters',
      ],
      [
        'more than the available amount',
        'b,alice,1993-01-01,out,10.01,\n',
        'insufficient_funds',
        'requested 10.01 EUR, available 10.00 EUR',
      ],
    ])('%s', async (_, bad, code, detail) => {
      const content = Buffer.concat([Buffer.from(HEADER + GOOD_1), Buffer.from(bad), Buffer.from(GOOD_2)]);
      const { code: exit, json, rejects, stderr } = await importing(content);
      expect(json).toMatchObject({
        read: 3,
        booked: 2,
        rejected: 1,
        rejectedByCode: { [code]: 1 },
        net: { EUR: '6.00' },
      });
      expect(exit).toBe(1);
      expect(rejects).toMatchObject([{ line: '3', code }]);
      expect(rejects[0]!.detail).toContain(detail);
      expect(stderr).toContain(`file.csv, line 3: ${code}: `);
    });

    it('an unknown wallet', async () => {
      const { code, json, rejects } = await importing(HEADER + GOOD_1, { mapping: { openWallets: false } });
      expect(json).toMatchObject({ read: 1, booked: 0, rejected: 1, wallets: 0, credits: {}, net: {} });
      expect(rejects).toMatchObject([
        { line: '2', code: 'wallet_not_found', id: 'g1', account: 'alice', text: 'first' },
      ]);
      expect(code).toBe(1);
    });

    it('an unknown currency', async () => {
      const currency = { ...mapping('').movements, currency: { value: 'XYZ' } };
      const { rejects } = await importing(HEADER + GOOD_1, { mapping: { movements: currency } });
      expect(rejects).toMatchObject([{ code: 'malformed_row', detail: '"XYZ" is not a known currency code' }]);
    });

    it('a row that was imported before with other content', async () => {
      const { source } = await importing(HEADER + GOOD_1);
      const { json, rejects } = await importing(HEADER + GOOD_1.replace('10.00', '11.00'), { source });
      expect(json).toMatchObject({ booked: 0, replayed: 0, rejected: 1 });
      expect(rejects).toMatchObject([{ line: '2', code: 'changed_row' }]);
    });

    it('wallets, in a separate list', async () => {
      const source = newSource();
      at.write('w.csv', `name,since\nalice,1993-01-01\nb b,\nalice,\ncarol,1993-13-01\n`);
      const wallets = { id: 'name', openedOn: 'since' };
      const options = ['--wallets', 'w.csv'];
      const { code, json, stderr } = await importing(HEADER + GOOD_1, { source, mapping: { wallets }, options });
      expect(json).toMatchObject({ booked: 1, rejected: 0, wallets: 1, walletsOpened: 1, walletsRejected: 3 });
      expect(code).toBe(1);
      const listed: Record<string, string>[] = parse(at.read('file.rejects.wallets.csv'), { columns: true });
      expect(listed.map(({ line, code: reason, name }) => [line, reason, name])).toEqual([
        ['3', 'malformed_row', 'b b'],
        ['4', 'duplicate_id', 'alice'],
        ['5', 'malformed_row', 'carol'],
      ]);
      expect(stderr).toContain('w.csv, line 4: duplicate_id: ');
    });
  });

  describe('a wrong file or mapping is refused before anything is written', () => {
    it.each<[string, string | Buffer, object, string]>([
      [
        'a missing column',
        HEADER.replace('amount', 'sum') + GOOD_1,
        {},
        'line 1: no column "amount" (there are id, account',
      ],
      ['an empty file', '', {}, 'the file is empty'],
      ['a column named twice', HEADER.replace('text', 'id') + GOOD_1, {}, 'line 1: two columns are called "id"'],
      ['an unknown field of the mapping', HEADER + GOOD_1, { colour: 1 }, 'm.json: unknown field "colour"'],
      ['the wrong delimiter', HEADER + GOOD_1, { delimiter: ';' }, 'line 1: no column "id"'],
    ])('%s', async (_, content, more, message) => {
      const before = await events();
      const { code, json, stderr } = await importing(content, { mapping: more });
      expect(json).toEqual({ error: { code: 'usage', message: expect.stringContaining(message) } });
      expect(stderr).toBe(`tidemark: ${json.error.message}\n`);
      expect(code).toBe(2);
      expect(await events()).toBe(before);
    });

    it('files that do not exist, and an existing file that is no rejects file', async () => {
      at.write('m.json', mapping('x'));
      at.write('file.csv', HEADER + GOOD_1);
      at.write('precious.csv', 'not,ours\n');
      for (const args of [
        ['none.csv', '--mapping', 'm.json'],
        ['file.csv', '--mapping', 'none.json'],
        ['file.csv', '--mapping', 'm.json', '--wallets', 'file.csv'],
        ['file.csv', '--mapping', 'm.json', '--rejects', 'precious.csv'],
        ['file.csv', '--mapping', 'm.json', '--rejects', './file.csv'],
        ['file.csv', '--mapping', 'm.json', '--overdraft', '100'],
        ['file.csv'],
      ]) {
        const { code, stdout, stderr } = await at.run('import', ...args);
        expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
        expect(stderr).toMatch(/^tidemark: [^\n]+\n$/);
      }
      expect(at.read('precious.csv')).toBe('not,ours\n');
    });
  });

  describe('--retry-rejected', () => {
    const refused = 'r1,alice,1993-01-03,out,100.00,\n';
    const retry = { options: ['--retry-rejected'] };

    it('decides rejected rows again on each run with the option, and books them once', async () => {
      const { source } = await importing(HEADER + GOOD_1 + refused);
      const again = (content: string, more: object = {}) =>
        importing(HEADER + GOOD_1 + refused + content, { source, ...more });
      expect((await again('', retry)).json).toMatchObject({ booked: 0, replayed: 1, rejected: 1 });
      expect((await again('', retry)).json).toMatchObject({ booked: 0, replayed: 1, rejected: 1 });
      const topUp = 't1,alice,1993-01-04,in,95.00,\n';
      expect((await again(topUp)).json).toMatchObject({ booked: 1, replayed: 1, rejected: 1 });
      expect((await again(topUp, retry)).json).toMatchObject({
        booked: 1,
        replayed: 2,
        rejected: 0,
        net: { EUR: '5.00' },
      });
      expect((await again(topUp, retry)).json).toMatchObject({
        booked: 0,
        replayed: 3,
        rejected: 0,
        net: { EUR: '5.00' },
      });
      expect((await again(topUp)).json).toMatchObject({ booked: 0, replayed: 3, rejected: 0, net: { EUR: '5.00' } });
      const { json } = await at.json('wallet', 'show', `${source}-alice`);
      expect(json).toMatchObject({ version: 4, balances: [{ posted: '5.00' }] });
    });

    it('does not decide again in the same run', async () => {
      const topUp = 't1,alice,1993-01-04,in,95.00,\n';
      const { json } = await importing(HEADER + GOOD_1 + refused + topUp, retry);
      expect(json).toMatchObject({ booked: 2, rejected: 1 });
    });
  });
});
