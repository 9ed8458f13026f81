import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { movementIdOf, transferIdOf, walletIdOf } from './derived-ids.js';

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
      expect(movementIdOf('alice', key)).toBe(`mv_${model(`movement\nalice\n${key}`)}`);
      expect(transferIdOf('alice', key)).toBe(`tr_${model(`transfer\nalice\n${key}`)}`);
      expect(walletIdOf('the till', key)).toBe(`w_${model(`wallet\n${key}\nthe till`)}`);
    },
  );

  it('differ by kind, scope and key', () => {
    const ids = [
      movementIdOf('a', 'k'),
      movementIdOf('a', 'l'),
      movementIdOf('b', 'k'),
      transferIdOf('a', 'k'),
      walletIdOf('a', 'k'),
      walletIdOf('k', 'a'),
    ].map((id) => id.replace(/^[a-z]+_/, ''));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are valid wallet ids', () => {
    expect(walletIdOf('anonymous', 'k')).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
  });
});
