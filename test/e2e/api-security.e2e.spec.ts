import { hashApiKey } from '@tidemark/application';
import { StartRefused, type Database } from '@tidemark/database';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addKey, bearer } from './api-keys.js';
import { RunningService } from './running-service.js';

describe.each(engines)('the API on $engine: keys', (engine) => {
  let service: RunningService;
  let reader: string;
  let writer: string;
  beforeAll(async () => {
    service = await RunningService.start(engine, {
      prepare: async (database) => {
        reader = await addKey(database, 'the reader', 'read');
        writer = await addKey(database, 'the till', 'write');
      },
    });
  });
  afterAll(() => service?.close());

  it('wants a key, and says how to send one', async () => {
    const requests = [
      {},
      { authorization: 'Bearer tm_wrong' },
      { authorization: 'Basic dG06dG0=' },
      { authorization: 'Bearer ' },
      { authorization: writer },
      { authorization: `Bearer ${hashApiKey(writer)}` },
    ];
    for (const headers of requests) {
      const { status, json, headers: answered } = await service.get('/v1/wallets', headers as Record<string, string>);
      expect([status, json.code]).toEqual([401, 'unauthenticated']);
      expect(answered.get('www-authenticate')).toMatch(/^Bearer/);
    }
    const { events } = await service.counts();
    const { status } = await service.post('/v1/wallets', {});
    expect([status, (await service.counts()).events]).toEqual([401, events]);
  });

  it('lets a key do what its scopes say, and nothing else', async () => {
    const opened = await service.post('/v1/wallets', { walletId: 'till' }, { headers: bearer(writer) });
    expect(opened.status).toBe(201);
    const read = await service.get('/v1/wallets/till', bearer(reader));
    expect(read.status).toBe(200);
    const notRead = await service.get('/v1/wallets/till', bearer(writer));
    const notWritten = await service.post('/v1/wallets', {}, { headers: bearer(reader) });
    expect([notRead.status, notRead.json.code]).toEqual([403, 'insufficient_scope']);
    expect([notWritten.status, notWritten.json.code]).toEqual([403, 'insufficient_scope']);
  });

  it("keeps the caller's name with the event", async () => {
    await service.post('/v1/wallets', { walletId: 'named' }, { headers: bearer(writer) });
    const { json } = await service.get('/v1/wallets/named/events', bearer(reader));
    expect(json.events[0].metadata.caller).toBe('the till');
  });

  it('derives different wallets for different callers with the same key', async () => {
    const other = await addKey(service.database, 'another till', 'write');
    await new Promise((done) => setTimeout(done, 1_100)); // looks again once a second
    const [a, b] = await Promise.all(
      [writer, other].map((secret) => service.post('/v1/wallets', {}, { key: 'same', headers: bearer(secret) })),
    );
    expect([a!.status, b!.status]).toEqual([201, 201]);
    expect(a!.json.walletId).not.toBe(b!.json.walletId);
  });

  it('needs no key for health and documentation', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics', '/openapi.json', '/docs']) {
      expect([path, (await service.get(path)).status]).toEqual([path, 200]);
    }
  });

  it('stops taking a key some seconds after it was revoked', async () => {
    const secret = await addKey(service.database, 'short-lived', 'read');
    const read = () => service.get('/v1/wallets', bearer(secret));
    await expect.poll(async () => (await read()).status, { timeout: 5_000 }).toBe(200);
    await service.database.query(`UPDATE api_keys SET revoked_at = now() WHERE name = 'short-lived'`);
    await expect.poll(async () => (await read()).status, { timeout: 8_000 }).toBe(401);
  });
});

describe.each(engines)('the API on $engine: refused starts', (engine) => {
  const start = (api: object, prepare?: (database: Database) => Promise<void>) =>
    RunningService.start(engine, { api, ...(prepare && { prepare }) });

  it.each(['UPDATE', 'DELETE', engine.engine === 'cockroach' ? 'DROP' : 'TRUNCATE'])(
    'does not start as a role that may %s the log',
    async (privilege) => {
      const starting = start({}, async (database) => {
        await database.query(`GRANT ${privilege} ON wallet_events TO tidemark_api`);
      });
      await expect(starting).rejects.toThrow(StartRefused);
      await expect(starting).rejects.toThrow(new RegExp(`tidemark_api may ${privilege} wallet_events`));
    },
  );

  it('does not start without a key where others can reach it', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toThrow(/HOST is 0\.0\.0\.0 and there is no API key/);
  });

  it('starts there once there is a key, and then is open to nobody without', async () => {
    let secret = '';
    const service = await start({ host: '0.0.0.0' }, async (database) => {
      secret = await addKey(database, 'remote', 'read');
    });
    const local = service.api.url.replace('0.0.0.0', '127.0.0.1');
    expect((await fetch(`${local}/v1/wallets`)).status).toBe(401);
    expect((await fetch(`${local}/v1/wallets`, { headers: bearer(secret) })).status).toBe(200);
    await service.database.query('UPDATE api_keys SET revoked_at = now()');
    const closed = async () => (await fetch(`${local}/v1/wallets`, { headers: bearer(secret) })).status;
    await expect.poll(closed, { timeout: 8_000 }).toBe(401);
    expect((await fetch(`${local}/v1/wallets`)).status).toBe(401);
    await service.close();
  });

  it('does not start on a port that is taken', async () => {
    const first = await start({});
    const { port } = new URL(first.api.url);
    await expect(start({ port: Number(port) })).rejects.toThrow(/port \d+ on 127\.0\.0\.1 is in use/);
    await first.close();
  });
});
