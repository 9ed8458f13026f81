import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashApiKey, isReserved, newApiKey } from './api-key.js';

describe('API keys', () => {
  it('have 256 random bits, and are found by their hash', () => {
    const { keyId, secret, keyHash } = newApiKey((bytes) => Buffer.alloc(bytes, 0xff));
    expect(keyId).toBe('key_ffffffffffffffff');
    expect(secret).toBe(`tm_${Buffer.alloc(32, 0xff).toString('base64url')}`);
    expect(keyHash).toBe(createHash('sha256').update(secret).digest('base64url'));
    expect(hashApiKey(secret)).toBe(keyHash);
  });

  it('differ', () => {
    const keys = Array.from({ length: 100 }, () => newApiKey(randomBytes));
    for (const part of ['keyId', 'secret', 'keyHash'] as const) {
      expect(new Set(keys.map((key) => key[part])).size).toBe(keys.length);
    }
  });
});

describe('names of callers', () => {
  it.each(['anonymous', 'expiry timer', 'import bank', 'reactor webhooks'])('%s is of the service itself', (name) =>
    expect(isReserved(name)).toBe(true),
  );
  it.each(['app', 'import', 'imports of bank', 'anonymous app', 'the expiry timer'])('%s may be a key', (name) =>
    expect(isReserved(name)).toBe(false),
  );
});
