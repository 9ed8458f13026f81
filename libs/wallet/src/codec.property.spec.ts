import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { event, openWallet } from './arbitraries.js';
import { canonicalEvent, decodeEvent, encodeEvent } from './event.codec.js';
import { decodeWallet, encodeWallet } from './state.codec.js';

const RUNS = { numRuns: 1000 };

describe('round trip', () => {
  it('any event comes back, and its second text is its first', () => {
    fc.assert(
      fc.property(event, (one) => {
        const encoded = encodeEvent(one);
        const decoded = decodeEvent(encoded);
        expect(decoded).toStrictEqual(one);
        expect(encodeEvent(decoded)).toStrictEqual(encoded);
      }),
      RUNS,
    );
  });

  it('any open wallet comes back, its currencies in the same order', () => {
    fc.assert(
      fc.property(openWallet, (wallet) => {
        const decoded = decodeWallet(encodeWallet(wallet));
        expect(decoded).toStrictEqual(wallet);
        expect(encodeWallet(decoded)).toBe(encodeWallet(wallet));
      }),
      RUNS,
    );
  });
});

describe('canonicalEvent', () => {
  // Ids, types and times hold no line feed. From so few characters, parts often look like other parts.
  const word = fc.string({ unit: fc.constantFrom('a', '1', '2'), minLength: 1, maxLength: 2 });
  const json = fc
    .string({ unit: fc.constantFrom('a', '1', '\n', '"'), maxLength: 2 })
    .map((text) => JSON.stringify(text));
  const number = fc.integer({ min: 1, max: 12 });
  const encoded = fc.record({ type: word, schemaVersion: number, data: fc.oneof(json, word) });
  const parts = fc.tuple(word, number, encoded, word, fc.oneof(json, word));

  it('gives different texts for different parts', () => {
    fc.assert(
      fc.property(fc.array(parts, { minLength: 2, maxLength: 100 }), (all) => {
        const different = new Set(all.map((one) => JSON.stringify(one)));
        expect(new Set(all.map((one) => canonicalEvent(...one))).size).toBe(different.size);
      }),
      { numRuns: 300 },
    );
  });

  it('has no line feed but its own six, for any event', () => {
    fc.assert(
      fc.property(event, (one) => {
        const text = canonicalEvent('alice', 1, encodeEvent(one), '2026-01-02T03:04:05.678Z', '{}');
        expect(text.split('\n')).toHaveLength(7);
      }),
      RUNS,
    );
  });
});
