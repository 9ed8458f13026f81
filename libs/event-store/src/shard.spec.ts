import { describe, expect, it } from 'vitest';
import { shardOf, SHARDS } from './shard.js';

describe('shardOf', () => {
  // FNV-1a, 32 bit: "" is 0x811c9dc5, "a" is 0xe40c292c, "foobar" is 0xbf9cf968 (RFC 9923).
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('%j is FNV-1a modulo 64, for ever', (walletId, hash) => expect(shardOf(walletId)).toBe(hash % SHARDS));

  it('spreads wallets evenly', () => {
    const counts = Array<number>(SHARDS).fill(0);
    for (let i = 0; i < 64_000; i++) counts[shardOf(`wallet-${i}`)]!++;
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});
