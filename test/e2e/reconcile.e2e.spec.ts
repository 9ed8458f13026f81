import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';
import { newSource } from './imported-files.js';

describe.each(engines)('reconciling on $engine', (engine) => {
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

  const withBalance = (rows: string) => `id,account,amount,currency,balance\n${rows}`;
  const balanceMapping = (source: string) => ({
    ...{ source, openWallets: true, walletPrefix: `${source}-` },
    movements: {
      id: 'id',
      wallet: 'account',
      amount: { signed: 'amount' },
      currency: 'currency',
      balance: 'balance',
    },
  });

  it('compares the last balance of each wallet and currency', async () => {
    const source = newSource();
    at.write('m.json', balanceMapping(source));
    at.write(
      'file.csv',
      withBalance(
        '1,a,10,EUR,10\n2,b,10,EUR,11\n3,a,5,EUR,15\n4,a,3,JPY,2\n5,b,1,EUR,12.00\n6,c,1,EUR,1\n7,c,1,EUR,1.5\n',
      ),
    );
    await at.run('import', 'file.csv', '--mapping', 'm.json');
    const { code, json } = await at.json('reconcile', 'file.csv', '--mapping', 'm.json');
    expect(json).toEqual({
      wallets: 3,
      matching: 0,
      breaks: [
        { walletId: `${source}-a`, currency: 'JPY', ours: '3', theirs: '2', difference: '1' },
        { walletId: `${source}-b`, currency: 'EUR', ours: '11.00', theirs: '12.00', difference: '-1.00' },
        { walletId: `${source}-c`, currency: 'EUR', ours: '2.00', theirs: '1.50', difference: '0.50' },
      ],
      differenceTotal: { EUR: '-0.50', JPY: '1' },
      differenceAbsolute: { EUR: '1.50', JPY: '1' },
      unreadable: 0,
      running: {
        ...{ checked: 3, broken: 1 },
        first: { line: 8, walletId: `${source}-c`, currency: 'EUR', expected: '2.00', theirs: '1.50' },
      },
    });
    expect(code).toBe(1);
  });

  it('takes the latest claim of a file that is newest first, now and at the end of a day', async () => {
    const source = newSource();
    const mapping = balanceMapping(source);
    at.write('m.json', { ...mapping, movements: { ...mapping.movements, effectiveAt: 'date' } });
    at.write(
      'file.csv',
      'id,account,amount,currency,balance,date\n3,a,-5,EUR,25,2026-02-01\n2,a,20,EUR,30,2026-01-31\n1,a,10,EUR,10,2026-01-30\n',
    );
    expect((await at.json('import', 'file.csv', '--mapping', 'm.json')).json).toMatchObject({ booked: 3 });
    const reconciled = async (...more: string[]) =>
      (await at.json('reconcile', 'file.csv', '--mapping', 'm.json', ...more)).json;
    expect(await reconciled()).toMatchObject({ matching: 1, running: { checked: 2, broken: 0, first: null } });
    expect(await reconciled('--at', '2026-01-31')).toMatchObject({ matching: 1, running: { checked: 1, broken: 0 } });
    at.write('wrong.csv', 'account,currency,balance,date\na,EUR,11,2026-01-30\na,EUR,30,2026-01-31\n');
    const { json } = await at.json('reconcile', 'wrong.csv', '--mapping', 'm.json', '--at', '2026-01-30');
    expect(json.breaks).toMatchObject([{ ours: '10.00', theirs: '11.00', difference: '-1.00' }]);
    const { code, stderr } = await at.run('reconcile', 'file.csv', '--mapping', 'm.json', '--at', 'yesterday');
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'tidemark: "yesterday" is not a day such as 2026-01-31\n' });
  });

  it('finds wallets that do not exist, and rows that cannot be read', async () => {
    at.write('m.json', balanceMapping(newSource()));
    at.write('file.csv', withBalance('1,nobody,10,EUR,0\n2,x,1,EUR,one\n'));
    const { code, json, stderr } = await at.json('reconcile', 'file.csv', '--mapping', 'm.json');
    expect(json).toMatchObject({
      wallets: 1,
      matching: 0,
      unreadable: 1,
      breaks: [{ ours: '0.00', theirs: '0.00', missing: true }],
    });
    expect(stderr).toContain('file.csv, line 3: malformed_row: "one" is not an amount');
    expect(code).toBe(1);
  });

  it('succeeds when all balances match, and refuses a mapping without balances', async () => {
    at.write('m.json', balanceMapping(newSource()));
    at.write('file.csv', withBalance('1,a,10,EUR,10\n'));
    await at.run('import', 'file.csv', '--mapping', 'm.json');
    expect((await at.json('reconcile', 'file.csv', '--mapping', 'm.json')).code).toBe(0);
    const { balance: _balance, ...movements } = balanceMapping('x').movements;
    at.write('m.json', { ...balanceMapping('x'), movements });
    const { code, stderr } = await at.run('reconcile', 'file.csv', '--mapping', 'm.json');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'tidemark: the mapping names no column "movements.balance" to compare with\n',
    });
  });
});
