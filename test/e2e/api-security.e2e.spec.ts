import { request, type OutgoingHttpHeaders } from 'node:http';
import { startApi } from '@tidemark/api';
import { hashApiKey } from '@tidemark/application';
import { StartRefused, type Database } from '@tidemark/database';
import { createLogger } from '@tidemark/observability';
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

  it('requires a key, and explains how to send it', async () => {
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

  it('allows a key only the actions of its scopes', async () => {
    const opened = await service.post('/v1/wallets', { walletId: 'till' }, { headers: bearer(writer) });
    expect(opened.status).toBe(201);
    const read = await service.get('/v1/wallets/till', bearer(reader));
    expect(read.status).toBe(200);
    const notRead = await service.get('/v1/wallets/till', bearer(writer));
    const notWritten = await service.post('/v1/wallets', {}, { headers: bearer(reader) });
    expect([notRead.status, notRead.json.code]).toEqual([403, 'insufficient_scope']);
    expect([notWritten.status, notWritten.json.code]).toEqual([403, 'insufficient_scope']);
  });

  it("stores the caller's name with the event", async () => {
    await service.post('/v1/wallets', { walletId: 'named' }, { headers: bearer(writer) });
    const { json } = await service.get('/v1/wallets/named/events', bearer(reader));
    expect(json.events[0].metadata.caller).toBe('the till');
  });

  it('derives different wallets for different callers with the same key', async () => {
    const other = await addKey(service.database, 'another till', 'write');
    await new Promise((done) => setTimeout(done, 1_100)); // the API reads the keys again once a second
    const [a, b] = await Promise.all(
      [writer, other].map((secret) => service.post('/v1/wallets', {}, { key: 'same', headers: bearer(secret) })),
    );
    expect([a!.status, b!.status]).toEqual([201, 201]);
    expect(a!.json.walletId).not.toBe(b!.json.walletId);
  });

  it('books the requests of two callers under one idempotency key, also after an API key is rotated', async () => {
    const [other, rotated] = [
      await addKey(service.database, 'a third till', 'write'),
      await addKey(service.database, 'the till', 'write'),
    ];
    await new Promise((done) => setTimeout(done, 1_100)); // the API reads the keys again once a second
    await service.post('/v1/wallets', { walletId: 'shared' }, { headers: bearer(writer) });
    const deposit = async (secret: string) => {
      const body = { amount: '25.00', currency: 'EUR' };
      const answer = await service.post('/v1/wallets/shared/deposits', body, { key: '2', headers: bearer(secret) });
      return { ...answer.json, status: answer.status };
    };
    const [first, second, third] = [await deposit(writer), await deposit(other), await deposit(rotated)];
    expect([first.status, second.status, third.status]).toEqual([201, 201, 200]);
    expect(second.balances[0].posted).toBe('50.00');
    expect(second.movementId).not.toBe(first.movementId);
    expect(third).toEqual({ ...first, status: 200 });
  });

  it('needs no key for health and documentation', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics', '/openapi.json', '/docs']) {
      expect([path, (await service.get(path)).status]).toEqual([path, 200]);
    }
  });

  it('refuses a key some seconds after it was revoked', async () => {
    const secret = await addKey(service.database, 'short-lived', 'read');
    const read = () => service.get('/v1/wallets', bearer(secret));
    await expect.poll(async () => (await read()).status, { timeout: 5_000 }).toBe(200);
    await service.database.query(`UPDATE api_keys SET revoked_at = now() WHERE name = 'short-lived'`);
    await expect.poll(async () => (await read()).status, { timeout: 8_000 }).toBe(401);
  });
});

describe.each(engines)('the API on $engine: before there is a key', (engine) => {
  let service: RunningService;
  beforeAll(async () => void (service = await RunningService.start(engine)));
  afterAll(() => service?.close());

  /** Sends the request exactly as written. fetch would set Host and Origin itself. */
  const ask = (headers: OutgoingHttpHeaders, path = '/v1/wallets', method = 'GET') =>
    new Promise<readonly [status: number, code: string | undefined]>((resolve, reject) => {
      const { hostname, port } = new URL(service.api.url);
      const given = {
        ...(method === 'POST' && { 'content-type': 'application/json', 'idempotency-key': 'k' }),
        ...headers,
      };
      const sent = request({ hostname, port, path, method, headers: given }, async (response) => {
        const text = Buffer.concat(await response.toArray()).toString();
        const isProblem = response.headers['content-type'] === 'application/problem+json';
        resolve([response.statusCode!, isProblem ? JSON.parse(text).code : undefined]);
      });
      sent.on('error', reject).end(method === 'POST' ? '{}' : undefined);
    });

  it.each(['localhost', 'LOCALHOST:3000', '127.0.0.1', '127.8.9.10:80', '[::1]', '[::1]:3000'])(
    'answers this machine as %s',
    async (host) => {
      expect(await ask({ host })).toEqual([200, undefined]);
      expect(await ask({ host: 'localhost', origin: `http://${host}` })).toEqual([200, undefined]);
    },
  );

  it.each([
    ...['evil.example', 'evil.example:3000', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', '[::2]'],
    ...['localhost:3000/x', 'localhost@evil.example', 'evil.example@localhost', '128.0.0.1', 'a b'],
  ])('refuses the host %j for every request', async (host) => {
    for (const path of ['/v1/wallets', '/metrics', '/health/ready', '/openapi.json']) {
      expect([path, ...(await ask({ host }, path))]).toEqual([path, 403, 'foreign_host']);
    }
    const before = await service.counts();
    expect(await ask({ host }, '/v1/wallets', 'POST')).toEqual([403, 'foreign_host']);
    expect(await service.counts()).toEqual(before);
  });

  it('refuses the host of a target in absolute form', async () => {
    const path = 'http://evil.example/v1/wallets';
    expect(await ask({ host: 'localhost' }, path)).toEqual([403, 'foreign_host']);
  });

  it.each(['http://evil.example', 'https://evil.example:3000', 'null', 'file://', 'http://localhost.evil.example'])(
    'refuses pages of the origin %s',
    async (origin) => {
      expect(await ask({ host: 'localhost', origin })).toEqual([403, 'foreign_origin']);
      expect(await ask({ host: 'localhost', origin }, '/v1/wallets', 'POST')).toEqual([403, 'foreign_origin']);
    },
  );

  it('requires a key from the first key on, also after the last key was revoked and after a restart', async () => {
    const status = (headers = {}) => service.get('/v1/wallets', headers).then((answer) => answer.status);
    expect(await status()).toBe(200);
    const secret = await addKey(service.database, 'first', 'read');
    await expect.poll(() => status(), { timeout: 8_000 }).toBe(401);
    expect(await status(bearer(secret))).toBe(200);
    expect(await ask({ host: 'wallets.example', ...bearer(secret) })).toEqual([200, undefined]); // behind a proxy

    await service.database.query('UPDATE api_keys SET revoked_at = now()');
    await expect.poll(() => status(bearer(secret)), { timeout: 8_000 }).toBe(401);
    expect(await status()).toBe(401);
    const { json } = await service.get('/v1/wallets');
    expect(json).toMatchObject({ code: 'unauthenticated', detail: expect.stringContaining('tidemark keys create') });

    const logger = createLogger({ level: 'silent' });
    const again = await startApi({ databaseUrl: service.database.url, logger, port: 0 });
    expect((await fetch(`${again.url}/v1/wallets`)).status).toBe(401);
    const other = await addKey(service.database, 'second', 'read');
    const opened = async () => (await fetch(`${again.url}/v1/wallets`, { headers: bearer(other) })).status;
    await expect.poll(opened, { timeout: 8_000 }).toBe(200);
    await again.close();
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

  it('does not start without a key on an address that other machines can reach', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toThrow(/HOST is 0\.0\.0\.0 and there is no API key/);
  });

  it('starts there if there is a key, and then refuses requests without a key', async () => {
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
