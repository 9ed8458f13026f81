import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { classify } from './classification.js';
import { ConnectFailed, ConnectionLost, QueryTimedOut, TransactionRolledBack } from './errors.js';

function answered(code: string, constraint?: string): Error {
  return Object.assign(new pg.DatabaseError('any text', 0, 'error'), { code, constraint });
}
const system = (code: string) => Object.assign(new Error('any text'), { code });

describe('classify', () => {
  it.each([
    ['40001', 'lost_race', 'lost_race'],
    ['40P01', 'lost_race', 'lost_race'],
    ['23505', 'unique_violation', 'unique_violation'],
    ['40003', 'ambiguous', 'ambiguous'],
    ['57014', 'ambiguous', 'unavailable'],
    ['57P01', 'ambiguous', 'unavailable'],
    ['57P02', 'ambiguous', 'unavailable'],
    ['58C00', 'ambiguous', 'unavailable'],
    ['58C01', 'ambiguous', 'unavailable'],
    ['XXUUU', 'ambiguous', 'unavailable'],
    ['08000', 'ambiguous', 'unavailable'],
    ['08006', 'ambiguous', 'unavailable'],
    ['08P01', 'ambiguous', 'unavailable'],
    ['57P03', 'unavailable', 'unavailable'],
    ['53100', 'unavailable', 'unavailable'],
    ['53200', 'unavailable', 'unavailable'],
    ['53300', 'unavailable', 'unavailable'],
    ['53400', 'unavailable', 'unavailable'],
    ['XXC02', 'unavailable', 'unavailable'],
    ['25006', 'unavailable', 'unavailable'],
    ['23503', 'defect', 'defect'],
    ['23514', 'defect', 'defect'],
    ['42501', 'defect', 'defect'],
    ['42P01', 'defect', 'defect'],
    ['XX000', 'defect', 'defect'],
    ['22003', 'defect', 'defect'],
  ])('SQLSTATE %s is %s on a write and %s on a read', (code, onWrite, onRead) => {
    expect(classify(answered(code), 'write')).toEqual({ class: onWrite, sqlState: code });
    expect(classify(answered(code), 'read')).toEqual({ class: onRead, sqlState: code });
  });

  it.each([
    ['ECONNREFUSED', 'unavailable', 'unavailable'],
    ['ENOTFOUND', 'unavailable', 'unavailable'],
    ['EAI_AGAIN', 'unavailable', 'unavailable'],
    ['ECONNRESET', 'ambiguous', 'unavailable'],
    ['EPIPE', 'ambiguous', 'unavailable'],
    ['ETIMEDOUT', 'ambiguous', 'unavailable'],
    ['EACCES', 'defect', 'defect'],
  ])('%s is %s on a write and %s on a read', (code, onWrite, onRead) => {
    expect(classify(system(code), 'write')).toEqual({ class: onWrite });
    expect(classify(system(code), 'read')).toEqual({ class: onRead });
  });

  it.each([
    [new ConnectionLost(new Error('x')), 'ambiguous', 'unavailable'],
    [new ConnectionLost(system('ECONNREFUSED')), 'ambiguous', 'unavailable'],
    [new QueryTimedOut(10), 'ambiguous', 'unavailable'],
    [new TransactionRolledBack(), 'defect', 'defect'],
    [new TypeError('x'), 'defect', 'defect'],
    ['a string', 'defect', 'defect'],
    [undefined, 'defect', 'defect'],
  ])('%s is %s on a write and %s on a read', (error, onWrite, onRead) => {
    expect(classify(error, 'write')).toEqual({ class: onWrite });
    expect(classify(error, 'read')).toEqual({ class: onRead });
  });

  it('is unavailable or a defect without a connection, because nothing was sent', () => {
    expect(classify(new ConnectFailed(system('ECONNRESET')), 'write')).toEqual({ class: 'unavailable' });
    expect(classify(new ConnectFailed(new Error('timeout')), 'write')).toEqual({ class: 'unavailable' });
    expect(classify(new ConnectFailed(answered('57P01')), 'write')).toEqual({
      class: 'unavailable',
      sqlState: '57P01',
    });
    expect(classify(new ConnectFailed(answered('28P01')), 'write')).toEqual({ class: 'defect', sqlState: '28P01' });
    expect(classify(new ConnectFailed(answered('3D000')), 'read')).toEqual({ class: 'defect', sqlState: '3D000' });
  });

  it('unwraps the error of drizzle, and names the constraint', () => {
    const wrapped = new Error('Failed query: insert …', { cause: answered('23505', 'wallet_events_pkey') });
    expect(classify(wrapped, 'write')).toEqual({
      class: 'unique_violation',
      sqlState: '23505',
      constraint: 'wallet_events_pkey',
    });
  });

  it('never reads the message text', () => {
    expect(classify(new Error('Connection terminated unexpectedly 40001 ECONNRESET'), 'write').class).toBe('defect');
  });

  it('ends on a circular chain of causes', () => {
    const first = new Error('first');
    first.cause = first;
    expect(classify(first, 'read')).toEqual({ class: 'defect' });
  });
});
