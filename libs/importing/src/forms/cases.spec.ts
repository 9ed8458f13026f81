import { describe, expect, it } from 'vitest';
import { readFile } from '../read-file.fixture.js';

// Small files that were refused once, each with its right value.
describe('files that were refused', () => {
  it('an empty date is absent', async () => {
    const { movements, problems, net } = await readFile(
      'movementId,amount,currency,effectiveAt,reference\nmv_1,1000.00,EUR,2026-03-29T01:30:00.000Z,first\nmv_2,-0.10,EUR,,\n',
      {
        walletPrefix: 'ed-',
        movements: {
          ...{ id: 'movementId', wallet: 'currency', amount: { signed: 'amount' }, currency: 'currency' },
          ...{ effectiveAt: 'effectiveAt', reference: '{reference}' },
        },
      },
    );
    expect({ problems, net }).toEqual({ problems: [], net: { EUR: '999.90' } });
    expect(movements[1]).toMatchObject({ walletId: 'ed-EUR', details: {} });
  });

  const fees =
    'ID,Amount,Currency,Description,Balance\nT-2,100.00,USD,received,100.00\nT-1,-40.00,USD,sent,60.00\nT-1,-1.35,USD,fee for T-1,58.65\n';
  const feeColumns = { wallet: 'Currency', amount: { signed: 'Amount' }, currency: 'Currency', balance: 'Balance' };

  it('an id is made of several columns', async () => {
    const { movements, problems, net } = await readFile(fees, {
      movements: { ...feeColumns, id: '{ID} {Description}', description: '{Description}' },
    });
    expect({ problems, net }).toEqual({ problems: [], net: { USD: '58.65' } });
    expect(movements[2]).toMatchObject({ details: { reference: 'T-1 fee for T-1' } });
    expect(movements[2]!.id).toMatch(/^#[\w-]{43}$/);
  });

  it('a row under the id of another is changed, and a duplicate only when it is the same', async () => {
    const { problems } = await readFile(`${fees}T-2,100.00,USD,received,100.00\n`, {
      movements: { ...feeColumns, id: 'ID', description: '{Description}' },
    });
    expect(problems).toEqual([
      { line: 4, code: 'changed_row', detail: 'T-1 is on line 3 already, with other content' },
      { line: 5, code: 'duplicate_id', detail: 'T-2 is on line 2 already' },
    ]);
  });

  it('a file has no ids', async () => {
    const file =
      'Date,Amount,Account,Name\n2018-03-01,"-2,56",a1,one\n2018-03-09,"750,00",a1,two\n2018-03-09,"750,00",a1,two\n';
    const mapping = {
      ...{ decimalMark: ',', walletPrefix: 'ni-' },
      movements: { wallet: 'Account', amount: { signed: 'Amount' }, currency: { value: 'EUR' }, effectiveAt: 'Date' },
    };
    const { wallets, movements, problems } = await readFile(file, mapping);
    expect({ wallets, problems }).toEqual({ wallets: { 'ni-a1': { EUR: '1497.44' } }, problems: [] });
    expect(new Set(movements.map(({ id }) => id)).size).toBe(3);
    expect((await readFile(file, mapping)).movements).toEqual(movements);
  });

  it('a zero stands in the unused column', async () => {
    const { net, problems } = await readFile(
      'Ref,Account,Debit,Credit,Balance\nR1,a1,0.00,7000.00,7000.00\nR2,a1,5000.00,0.00,2000.00\n',
      {
        movements: {
          ...{ id: 'Ref', wallet: 'Account', amount: { credit: 'Credit', debit: 'Debit' } },
          ...{ currency: { value: 'INR' }, balance: 'Balance' },
        },
      },
    );
    expect({ net, problems }).toEqual({ net: { INR: '2000.00' }, problems: [] });
  });

  it('zeros beyond the scale of the currency are cut, and nothing else', async () => {
    const { wallets, problems } = await readFile(
      'Id,Account,Amount,Currency\n1,a1,500.0000,EUR\n2,a1,-200.3200,EUR\n3,a1,0.0001,EUR\n4,a1,1000.00,JPY\n',
      { movements: { id: 'Id', wallet: 'Account', amount: { signed: 'Amount' }, currency: 'Currency' } },
    );
    expect(wallets).toEqual({ a1: { EUR: '299.68', JPY: '1000' } });
    expect(problems).toMatchObject([{ line: 4, code: 'malformed_row' }]);
    expect(problems[0]!.detail).toBe('"0.0001" has 4 fraction digits, and EUR has 2 (column Amount)');
  });
});
