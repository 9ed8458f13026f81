import { currency, Money } from '@tidemark/money';
import { decodeWallet, initialState } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import { balances, journal, type Projection, type WalletRow } from '@tidemark/projections';
import { trackOf } from './track.js';

const codeOf = (i: number) => `A${String.fromCharCode(65 + Math.floor(i / 26), 65 + (i % 26))}`;
const rowWith = (walletId: string, held: number): WalletRow => {
  const zero = (code: string) => Money.zero(currency(code, 2));
  const wallet = {
    ...initialState,
    balances: Object.fromEntries(
      Array.from({ length: held }, (_, i) => [codeOf(i), { posted: zero(codeOf(i)), overdraftLimit: zero(codeOf(i)) }]),
    ),
  };
  return { walletId, shard: 0, version: 1, position: '', state: { wallet, openedAt: '', updatedAt: '' } };
};
const keptOf = (projection: Projection, rows: readonly WalletRow[]) => {
  const { rows: known } = trackOf({ projection, generation: '1' }, new Map());
  for (const row of rows) known.set(row.walletId, row);
  return known.size;
};

describe('the rows that a worker knows', () => {
  it.each([
    [1, 20_000],
    [100, 415],
  ])('with %d balances are as many as fit into 24 MB: %d', (held, most) => {
    expect(
      keptOf(
        balances as Projection,
        Array.from({ length: most + 50 }, (_, i) => rowWith(`w-${i}`, held)),
      ),
    ).toBe(most);
  });
  it('count the holds of a wallet', () => {
    const holds = Array.from({ length: 1_000 }, (_, i) => [`hd_${i}`, '1.00', 'EUR', null]);
    const text = JSON.stringify({ version: 1, homeRegion: 'local', balances: {}, parts: { holds } });
    const state = { wallet: decodeWallet(text), openedAt: '', updatedAt: '' };
    const rows = Array.from({ length: 60 }, (_, i) => ({ ...rowWith(`w-${i}`, 0), state }));
    expect(keptOf(balances as Projection, rows)).toBe(50);
  });
  it('may have a state that nobody can read, or none', () => {
    const unreadable = { ...rowWith('w', 1), state: undefined };
    expect(keptOf(balances as Projection, [unreadable])).toBe(1);
    expect(keptOf(journal as Projection, [unreadable])).toBe(1);
  });
});
