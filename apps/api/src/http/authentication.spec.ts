import { hashApiKey, KeyRing } from '@tidemark/application';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authentication } from './authentication.js';

const KEYS = [
  { name: 'reader', scopes: 'read' },
  { name: 'operator', scopes: 'read,write,operate' },
];

describe('Authentication', () => {
  const app = fastify();

  beforeAll(async () => {
    const rows = KEYS.map((key) => ({ ...key, key_hash: hashApiKey(key.name), active: true }));
    const authentication = new Authentication(
      await KeyRing.load({ query: async () => ({ rows, rowCount: rows.length }) as never }),
      false,
    );
    app.addHook('onRequest', async (request) => void (await authentication.callerOf(request)));
    app.get('/v1/says-read', { config: { scope: 'read' } }, () => 'fine');
    app.get('/v1/says-nothing', () => 'fine');
    app.get('/health/says-nothing', () => 'fine');
  });
  afterAll(() => app.close());

  const status = async (url: string, key?: string) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const { statusCode, json } = await app.inject({ url, headers });
    return statusCode === 200 ? 200 : (json() as { code: string }).code;
  };

  it('wants the highest scope of an endpoint under /v1 that does not say what it wants', async () => {
    expect(await status('/v1/says-nothing')).toBe('unauthenticated');
    expect(await status('/v1/says-nothing', 'reader')).toBe('insufficient_scope');
    expect(await status('/v1/says-nothing', 'operator')).toBe(200);
  });

  it('wants the scope that an endpoint says, and elsewhere none', async () => {
    expect(await status('/v1/says-read', 'reader')).toBe(200);
    expect(await status('/v1/says-read', 'stranger')).toBe('unauthenticated');
    expect(await status('/health/says-nothing')).toBe(200);
  });
});
