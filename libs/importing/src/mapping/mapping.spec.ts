import { describe, expect, it } from 'vitest';
import { FileRefused } from '../file-refused.js';
import { parseMapping } from './mapping.js';

const small = {
  source: 'bank',
  movements: { id: 'id', wallet: 'account', amount: { signed: 'amount' }, currency: { value: 'EUR' } },
};
const kind = { column: 'kind', credit: ['in'], debit: ['out'] };

function refusal(json: unknown): string {
  try {
    parseMapping(typeof json === 'string' ? json : JSON.stringify(json));
  } catch (error) {
    expect(error).toBeInstanceOf(FileRefused);
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('a mapping', () => {
  it('needs five names, and has defaults for the rest', () => {
    expect(parseMapping(JSON.stringify(small))).toEqual({
      ...small,
      header: true,
      footer: 0,
      walletPrefix: '',
      walletIds: 'as they are',
      openWallets: false,
    });
  });

  it.each([[{ signed: 'a' }], [{ credit: 'in', debit: 'out' }], [{ column: 'a', kind }]])('amount %j', (amount) => {
    const given = { ...small, movements: { ...small.movements, amount } };
    expect(parseMapping(JSON.stringify(given)).movements.amount).toEqual(amount);
  });

  it.each<[string, unknown, string | RegExp]>([
    ['no JSON', '{', /^not JSON: /],
    ['not an object', '[]', /must be an object/],
    ['a field missing', { ...small, source: undefined }, /^source: /],
    ['a bad source', { ...small, source: 'a b' }, 'source: letters, digits, ".", "_" and "-", at most 64'],
    ['an unknown field at the top', { ...small, colour: 'red' }, 'unknown field "colour"'],
    [
      'an unknown field inside',
      { ...small, movements: { ...small.movements, ammount: 'x' } },
      'movements: unknown field "ammount"',
    ],
    [
      'an unknown field inside one of several forms',
      { ...small, movements: { ...small.movements, amount: { signed: 'a', sign: 'b' } } },
      'movements.amount: unknown field "sign"',
    ],
    [
      'one of several forms, incomplete',
      {
        ...small,
        movements: { ...small.movements, amount: { column: 'a', kind: { column: 'kind', credit: ['in'] } } },
      },
      /^movements\.amount\.kind\.debit: /,
    ],
    ['none of several forms', { ...small, movements: { ...small.movements, amount: 7 } }, /^movements\.amount: /],
    [
      'a kind that is both',
      { ...small, movements: { ...small.movements, amount: { column: 'a', kind: { ...kind, debit: ['in'] } } } },
      'movements.amount.kind: "in" is both credit and debit',
    ],
    ['another delimiter', { ...small, delimiter: '::' }, /^delimiter: /],
    ['an encoding nobody knows', { ...small, encoding: 'utf-9' }, /^encoding: is not an encoding/],
    ['one mark for two things', { ...small, decimalMark: ',', groupingMark: ',' }, 'groupingMark: is the decimal mark'],
    [
      'a time zone nobody knows',
      { ...small, movements: { ...small.movements, effectiveAt: { text: 'a', zone: 'Mars' } } },
      'movements.effectiveAt.zone: must be a time zone such as "Europe/Prague"',
    ],
  ])('is refused with the place: %s', (_, json, message) => {
    const refused = refusal(json);
    if (typeof message === 'string') expect(refused).toBe(message);
    else expect(refused).toMatch(message);
    expect(refused).not.toContain('\n');
  });
});
