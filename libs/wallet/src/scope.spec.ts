import { describe, expect, it } from 'vitest';
import { scopeOf, walletsOf } from './decide.js';
import { ALICE, changeLimit, deposit, leg, open, transfer, withdraw } from './given-when-then.js';

describe('the scope of an idempotency key', () => {
  it.each([open(), changeLimit('1.00'), deposit('1.00'), withdraw('1.00')])('$type: its wallet', (command) => {
    expect(scopeOf(command)).toBe(ALICE);
    expect(walletsOf(command)).toEqual([ALICE]);
  });

  it('Transfer: the source of the first leg, which walletsOf lists first', () => {
    const command = transfer([leg('bob', 'carol', '1.00'), leg(ALICE, 'bob', '1.00')]);
    expect(scopeOf(command)).toBe('bob');
    expect(walletsOf(command)).toEqual(['bob', 'carol', ALICE]);
  });

  it('walletsOf names a wallet once, however many legs touch it', () => {
    expect(walletsOf(transfer([leg(ALICE, 'bob', '1.00'), leg('bob', ALICE, '1.00')]))).toEqual([ALICE, 'bob']);
    expect(walletsOf(transfer([leg(ALICE, ALICE, '1.00')]))).toEqual([ALICE]);
  });
});
