import { walletIdText } from '@tidemark/wallet';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapedId, unescapedId } from './wallet-ids.js';

it.each([
  ['alice', 'alice'],
  ['NL12 AB/7', 'NL12:20AB:2F7'],
  ['/1', 'e:::2F1'],
  ['účet', 'e:::C3:BA:C4:8Det'],
  ['a:b', 'a:3Ab'],
])('the account %s is the wallet %s', (account, walletId) => {
  expect(escapedId(account)).toBe(walletId);
  expect(unescapedId(walletId)).toBe(account);
});

it('writes any account number as a wallet id that reads back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }), (account) => {
      const walletId = escapedId(account);
      fc.pre(walletId.length <= 64);
      expect(walletIdText.safeParse(walletId).success).toBe(true);
      expect(unescapedId(walletId)).toBe(account);
    }),
  );
});
