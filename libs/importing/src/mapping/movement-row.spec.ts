import { currency, CurrencyTable } from '@tidemark/money';
import { describe, expect, it } from 'vitest';
import type { FileStyle } from '../amounts/file-style.js';
import { FileRefused } from '../file-refused.js';
import { claimedBalanceReader } from './claimed-balance.js';
import { parseMapping } from './mapping.js';
import { movementReader } from './movement-row.js';
import { MalformedRow } from './row-problem.js';

const currencies = CurrencyTable.iso4217().with(currency('POINTS', 0));

const style: FileStyle = { marks: { decimal: '.', grouping: [] }, debitSign: 'plus' };

function reading(movements: object, header: string, more: object = {}) {
  const columns = {
    id: 'id',
    wallet: 'wallet',
    amount: { signed: 'amount' },
    currency: { value: 'EUR' },
    ...movements,
  };
  const mapping = parseMapping(JSON.stringify({ source: 's', movements: columns, ...more }));
  const read = movementReader('f.csv: line 1', header.split(','), mapping, currencies, style);
  return (row: string) => {
    const { amount, more: _, ...rest } = read(row.split(','))!;
    return { ...rest, amount: `${amount} ${amount.currency.code}` };
  };
}

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedRow);
    return (error as Error).message;
  }
  throw new Error('it was read');
};

describe('a movement', () => {
  const small = reading({}, 'id,wallet,amount');

  it('needs id, wallet and amount', () => {
    const rest = { id: '1', walletId: 'a', overdraft: false, details: {} };
    expect(small('1,a,10')).toEqual({ ...rest, direction: 'credit', amount: '10.00 EUR' });
    expect(small(' 1 , a , -10.50 ')).toEqual({ ...rest, direction: 'debit', amount: '10.50 EUR' });
    expect(small('1,a,0')).toEqual({ ...rest, direction: 'credit', amount: '0.00 EUR' });
  });

  it.each([
    ['1,a,', '"" is not an amount'],
    ['1,a,1 000', '"1 000" is not an amount'],
    ['1,a,0x10', '"0x10" is not an amount'],
    ['1,a,1.001', '"1.001" has 3 fraction digits'],
    [',a,1', '"" is not a movement id'],
    ['1,,1', '"" is not a wallet id'],
    ['1,-a,1', '"-a" is not a wallet id'],
    [`1,${'x'.repeat(65)},1`, 'is not a wallet id'],
  ])('is malformed: %s', (row, reason) => expect(refusal(() => small(row))).toContain(reason));

  it('takes its direction from the kind', () => {
    const kind = { column: 'kind', credit: ['in', 'interest'], debit: ['out'] };
    const read = reading({ amount: { column: 'amount', kind } }, 'id,wallet,amount,kind');
    expect(['in', 'interest', 'out'].map((value) => read(`1,a,1,${value}`).direction)).toEqual([
      'credit',
      'credit',
      'debit',
    ]);
    expect(refusal(() => read('1,a,1,IN'))).toBe('kind "IN" is neither a credit nor a debit of the mapping');
  });

  it('takes its direction from the column that is filled in', () => {
    const read = reading({ amount: { credit: 'in', debit: 'out' } }, 'id,wallet,in,out');
    expect(read('1,a,1,')).toMatchObject({ direction: 'credit', amount: '1.00 EUR' });
    expect(read('1,a,,1')).toMatchObject({ direction: 'debit', amount: '1.00 EUR' });
    for (const unused of ['0', '0.00', '-', '–', '€ 0.00']) {
      expect(read(`1,a,1,${unused}`)).toMatchObject({ direction: 'credit', amount: '1.00 EUR' });
      expect(read(`1,a,${unused},1`)).toMatchObject({ direction: 'debit', amount: '1.00 EUR' });
    }
    for (const row of ['1,a,,', '1,a,1,1', '1,a,0,0.00', '1,a,x,1']) {
      expect(refusal(() => read(row))).toBe('exactly one of in and out must be filled in');
    }
  });

  it('has the currency of its row, own assets included', () => {
    const read = reading({ currency: 'code' }, 'id,wallet,amount,code');
    expect(read('1,a,5,POINTS').amount).toBe('5 POINTS');
    expect(refusal(() => read('1,a,5.1,JPY'))).toContain('has 1 fraction digits');
    expect(refusal(() => read('1,a,5,eur'))).toBe('"eur" is not a known currency code');
    expect(refusal(() => read('1,a,5,DEM'))).toBe(
      '"DEM" is not a known currency code: ISO 4217 withdrew it in 2002-03. "tidemark assets add DEM 2" adds it',
    );
  });

  it('keeps time, reference and description', () => {
    const details = { effectiveAt: 'date', reference: '{bank} {account}', description: 'for {what}: {note}' };
    const read = reading(details, 'id,wallet,amount,date,bank,account,what,note');
    expect(read('1,a,1,1993-01-31,AB,77,rent,a  b').details).toEqual({
      effectiveAt: '1993-01-31T00:00:00.000Z',
      reference: 'AB 77',
      description: 'for rent: a b',
    });
    expect(read('1,a,1,1993-01-31,,,,').details).not.toHaveProperty('reference');
    expect(read('1,a,1,,,,,').details).not.toHaveProperty('effectiveAt');
    expect(refusal(() => read(`1,a,1,1993-01-31,${'x'.repeat(201)},,,`))).toBe(
      'the reference must have at most 200 characters',
    );
  });

  it('may be allowed to overdraw by a column, and has a prefix before its wallet', () => {
    const overdraft = { column: 'old', unlimited: ['yes', '1'] };
    const read = reading({ overdraft }, 'id,wallet,amount,old', { walletPrefix: 'bank-' });
    expect(['yes', '1', 'no', ''].map((value) => read(`1,a,1,${value}`).overdraft)).toEqual([true, true, false, false]);
    expect(read('1,a,1,no').walletId).toBe('bank-a');
    expect(refusal(() => read('1,,1,no'))).toContain('is not a wallet id');
  });

  it('cannot come from a file without its columns', () => {
    expect(() => reading({ effectiveAt: 'date' }, 'id,wallet,amount')).toThrow(
      new FileRefused('f.csv: line 1: no column "date" (there are id, wallet, amount)'),
    );
    expect(() => reading({ description: '{a} {id}' }, 'id,wallet,amount')).toThrow(FileRefused);
    const mapping = parseMapping(
      JSON.stringify({
        source: 's',
        movements: { id: 'i', wallet: 'w', amount: { signed: 'a' }, currency: { value: 'EUR' } },
      }),
    );
    expect(() => claimedBalanceReader('f.csv', ['w'], mapping, currencies, style)).toThrow('movements.balance');
  });
});
