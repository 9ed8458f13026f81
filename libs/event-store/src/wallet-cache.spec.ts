import { Money, currency } from '@tidemark/money';
import { decodeWallet, initialState, type Wallet } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import type { KnownFact, WalletHead } from './draft.js';
import type { CachedWallet } from './pending-command.js';
import { learn, WalletCache } from './wallet-cache.js';

const balance = (code: string) => {
  const zero = Money.zero(currency(code, 2));
  return { posted: zero, overdraftLimit: zero };
};
const codeOf = (i: number) => `A${String.fromCharCode(65 + Math.floor(i / 26), 65 + (i % 26))}`;
const walletWith = (balances: number): Wallet => ({
  ...{ status: 'open', version: 1, homeRegion: 'local' },
  balances: Object.fromEntries(Array.from({ length: balances }, (_, i) => [codeOf(i), balance(codeOf(i))])),
});
const headOf = (walletId: string, wallet: Wallet = walletWith(1)): WalletHead => ({
  ...{ walletId, region: 'local', wallet, hash: '', recordedAt: '', keysBeforeCallers: false },
});
const limits = { idleWalletsMax: 1_000, idleWalletsBytesMax: 100_000 };
const kept = (cache: WalletCache, ids: readonly string[]) => ids.filter((id) => cache.find(id) !== undefined);

describe('what is known of facts', () => {
  const head = {
    walletId: 'w',
    region: 'local',
    wallet: initialState,
    hash: '',
    recordedAt: '',
    keysBeforeCallers: false,
  };
  const cached = (facts: [string, KnownFact][]): CachedWallet => ({
    ...{ loadedAt: 0, reads: 3, durable: 10, queue: undefined, users: 1, waiters: [], cooling: false },
    head: { ...head, facts: new Map(facts) },
  });

  it('is not taken from before the wallet was read again, and never replaces what was said since', () => {
    const wallet = cached([['said', { value: 'new', version: 9 }]]);
    expect(learn(wallet, 2, 'late', 'old')).toBe(false);
    expect(learn(wallet, 3, 'said', 'old')).toBe(true);
    expect([...wallet.head.facts!]).toEqual([['said', { value: 'new', version: 9 }]]);
  });

  it('is bounded, but what is not written yet stays', () => {
    const many = Array.from({ length: 1_000 }, (_, i): [string, KnownFact] => [
      `${i}`,
      { value: 'v', version: i % 12 },
    ]);
    const wallet = cached(many);
    learn(wallet, 3, 'next', undefined);
    expect(wallet.head.facts!.get('next')).toEqual({ value: undefined, version: 0 });
    expect([...wallet.head.facts!.values()].every(({ version }, i, all) => version > 10 || i === all.length - 1)).toBe(
      true,
    );
    expect(wallet.head.facts!.size).toBe(1 + many.filter(([, { version }]) => version > 10).length);
  });
});

describe('wallets in memory', () => {
  it.each([
    [1, 83],
    [100, 1],
  ])('idle ones with %d balances are as many as fit into the bytes: %d', (balances, most) => {
    const cache = new WalletCache(limits);
    const ids = Array.from({ length: 200 }, (_, i) => `w-${i}`);
    for (const id of ids) cache.offer(headOf(id, walletWith(balances)), 0);
    expect(kept(cache, ids)).toEqual(ids.slice(-most));
  });

  it('a wallet that grew while it was in use counts as large as it is now', () => {
    const cache = new WalletCache({ ...limits, idleWalletsBytesMax: 60_000 });
    const small = Array.from({ length: 20 }, (_, i) => `w-${i}`);
    for (const id of small) cache.offer(headOf(id), 0);
    const wallet = cache.offer(headOf('grows'), 0);
    cache.pin(wallet);
    wallet.head = headOf('grows', walletWith(90));
    cache.unpin(wallet);
    expect(kept(cache, [...small, 'grows'])).toEqual([...small.slice(-4), 'grows']);
  });

  it('a wallet with a thousand holds counts as large as they are', () => {
    const cache = new WalletCache({ ...limits, idleWalletsBytesMax: 1_000_000 });
    const rows = Array.from({ length: 1_000 }, (_, i) => [`hd_${i}`, '1.00', 'EUR', null]);
    const holding = decodeWallet(
      JSON.stringify({ version: 1, homeRegion: 'local', balances: {}, parts: { holds: rows } }),
    );
    for (const id of ['a', 'b', 'c']) cache.offer(headOf(id, holding), 0);
    expect(kept(cache, ['a', 'b', 'c'])).toEqual(['c']);
  });

  it('one in use is not evicted, however many others come', () => {
    const cache = new WalletCache({ ...limits, idleWalletsMax: 2 });
    const wallet = cache.offer(headOf('used'), 0);
    cache.pin(wallet);
    for (let i = 0; i < 10; i++) cache.offer(headOf(`w-${i}`), 0);
    expect(cache.find('used')).toBe(wallet);
    expect(cache.offer(headOf('used'), 1)).toBe(wallet);
    cache.unpin(wallet);
    expect(cache.find('used')).toBe(wallet);
  });

  it('that a wallet does not exist is not remembered: any process may open it next', () => {
    const cache = new WalletCache(limits);
    const wallet = cache.offer(headOf('nobody', initialState), 0);
    cache.pin(wallet);
    expect(cache.find('nobody')).toBe(wallet);
    cache.unpin(wallet);
    expect(cache.find('nobody')).toBeUndefined();
  });
});
