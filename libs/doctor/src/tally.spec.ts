import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tally } from './tally.js';

const key = fc.record({
  walletId: fc.constantFrom('a', 'b', 'c', 'd'),
  version: fc.integer({ min: 1, max: 1_000_000 }),
});
type Key = { walletId: string; version: number };

const tallied = (added: readonly Key[], subtracted: readonly Key[]) => {
  const tally = new Tally();
  for (const { walletId, version } of added) tally.add(walletId, `${version}`);
  for (const { walletId, version } of subtracted) tally.subtract(walletId, `${version}`);
  return tally;
};

describe('the tally of two walks', () => {
  it('comes to nothing when both met the same, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        const tally = tallied(keys, keys.toReversed());
        expect([tally.differs, tally.differsFor('a')]).toEqual([false, false]);
      }),
    );
  });

  it('says for which wallets it does not', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1 }), fc.nat(), (keys, n) => {
        const gone = n % keys.length;
        const tally = tallied(
          keys,
          keys.filter((_, i) => i !== gone),
        );
        expect(tally.differs).toBe(true);
        expect(['a', 'b', 'c', 'd'].filter((id) => tally.differsFor(id))).toEqual([keys[gone]!.walletId]);
      }),
    );
  });

  it('tells an event that was met twice from one that was met once', () => {
    const event = { walletId: 'a', version: 7 };
    expect(tallied([event], [event, event]).differsFor('a')).toBe(true);
  });
});
