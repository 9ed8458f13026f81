import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { derivedIdOf, walletIdOf } from './derived-ids.js';

const MOVEMENT = { kind: 'movement', prefix: 'mv' };
const TRANSFER = { kind: 'transfer', prefix: 'tr' };

/** The same encoding by big numbers: the first 130 bits of the hash, five at a time. */
function model(text: string): string {
  const bits = [...createHash('sha256').update(text).digest()]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const groups = Array.from({ length: 26 }, (_, i) => Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2));
  return groups.map((group) => '0123456789abcdefghjkmnpqrstvwxyz'[group]).join('');
}

describe('derived ids', () => {
  it.each(['k', 'order-4711', '~'.repeat(255), ...Array.from({ length: 50 }, (_, i) => `key ${i}`)])(
    'are the first 130 bits of a sha256, for key %j',
    (key) => {
      const ofTill = { caller: 'the till', idempotencyKey: key };
      expect(derivedIdOf(MOVEMENT, 'alice', ofTill)).toBe(`mv_${model(`movement\nalice\n${key}\nthe till`)}`);
      expect(derivedIdOf(TRANSFER, 'alice', ofTill)).toBe(`tr_${model(`transfer\nalice\n${key}\nthe till`)}`);
      expect(walletIdOf('the till', key)).toBe(`w_${model(`wallet\n${key}\nthe till`)}`);
    },
  );

  it('are what they were for a key of no caller, from before keys belonged to callers', () => {
    const old = { caller: '', idempotencyKey: 'k' };
    expect(derivedIdOf(MOVEMENT, 'alice', old)).toBe(`mv_${model('movement\nalice\nk')}`);
    expect(derivedIdOf(TRANSFER, 'alice', old)).toBe(`tr_${model('transfer\nalice\nk')}`);
  });

  it('differ by kind, scope, key and caller', () => {
    const key = (idempotencyKey: string, caller = 'the till') => ({ caller, idempotencyKey });
    const ids = [
      derivedIdOf(MOVEMENT, 'a', key('k')),
      derivedIdOf(MOVEMENT, 'a', key('l')),
      derivedIdOf(MOVEMENT, 'b', key('k')),
      derivedIdOf(MOVEMENT, 'a', key('k', 'another till')),
      derivedIdOf(MOVEMENT, 'a', key('k', '')),
      derivedIdOf(TRANSFER, 'a', key('k')),
      derivedIdOf(TRANSFER, 'a', key('k', 'another till')),
      walletIdOf('a', 'k'),
      walletIdOf('k', 'a'),
    ].map((id) => id.replace(/^[a-z]+_/, ''));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are valid wallet ids', () => {
    expect(walletIdOf('anonymous', 'k')).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
  });
});
