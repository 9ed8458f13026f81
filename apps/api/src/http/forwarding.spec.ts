import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@tidemark/observability';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Forwarding } from './forwarding.js';
import { HomeRegionCache } from './home-region-cache.js';

const WRITE = { config: { scope: 'write' } } as const;
const READ = { config: { scope: 'read' } } as const;

async function listen(instance: FastifyInstance): Promise<string> {
  onTestFinished(() => instance.close());
  return await instance.listen({ port: 0, host: '127.0.0.1' });
}

/** The API of another region, which answers as it is told. */
async function elsewhere(
  answer: (request: FastifyRequest) => {
    status?: number;
    headers?: Record<string, string>;
    code?: string | undefined;
    afterMs?: number;
  },
) {
  const asked: FastifyRequest[] = [];
  const instance = fastify();
  instance.route({
    method: ['GET', 'POST'],
    url: '/v1/*',
    handler: async (request, reply) => {
      asked.push(request);
      const { status = 201, headers = {}, code, afterMs = 0 } = answer(request);
      await sleep(afterMs);
      return reply
        .code(status)
        .headers(headers)
        .send(status === 304 ? undefined : { servedBy: 'there', code });
    },
  });
  return { asked, url: await listen(instance) };
}

/** An API that executes nothing, with wallet `far` at home `there` and `near` at home `here`. */
async function here(there: string) {
  let now = 0;
  const lookups: string[] = [];
  const homes = new HomeRegionCache({
    engine: 'postgres',
    query: async <Row>(_text: string, [walletId]: unknown[] = []) => {
      lookups.push(String(walletId));
      const region = { far: 'there', near: 'here' }[String(walletId)];
      return { rows: (region ? [{ region }] : []) as Row[], rowCount: region ? 1 : 0 };
    },
  });
  const instance = fastify();
  const logger = createLogger({ level: 'silent' });
  const apis = new Map([['there', there]]);
  new Forwarding({ region: 'here', apis, homes, logger, monotonic: () => now }).listenTo(instance);
  for (const url of ['/v1/wallets', '/v1/wallets/:walletId/deposits', '/v1/transfers']) {
    instance.post(url, WRITE, async ({ headers }, reply) => {
      if (headers['x-refuse'] !== undefined) reply.code(409);
      return { servedBy: 'here' };
    });
  }
  for (const url of ['/v1/wallets/:walletId', '/v1/wallets/:walletId/events', '/v1/wallets/:walletId/statement']) {
    instance.get(url, READ, async () => ({ servedBy: 'here' }));
  }
  const post = async (url: string, payload: object = {}, headers: Record<string, string> = {}) => {
    const answer = await instance.inject({ method: 'POST', url, payload, headers });
    return { ...answer, servedBy: (answer.json() as { servedBy: string }).servedBy };
  };
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const answer = await instance.inject({ method: 'GET', url, headers });
    return { ...answer, servedBy: answer.payload && (answer.json() as { servedBy: string }).servedBy };
  };
  onTestFinished(() => instance.close());
  return { instance, post, get, lookups, pass: (ms: number) => (now += ms) };
}

/** Where nobody listens. */
const NOWHERE = 'http://127.0.0.1:9';

describe('a command', () => {
  it('is handed on to the home region of its wallet, with its key, and answered as there', async () => {
    const there = await elsewhere(() => ({
      headers: { etag: '"2"', 'tidemark-home-region': 'there', 'x-other': 'no' },
    }));
    const { post } = await here(there.url);
    const headers = { 'idempotency-key': 'k', authorization: 'Bearer tm_x', 'if-match': '"1"', 'x-other': 'no' };
    const answer = await post('/v1/wallets/far/deposits', { amount: '1.00' }, headers);
    expect(answer).toMatchObject({ statusCode: 201, servedBy: 'there' });
    expect(answer.headers).toMatchObject({ etag: '"2"', 'tidemark-home-region': 'there' });
    expect(answer.headers['server-timing']).toMatch(/^forward;dur=\d+\.\d;desc="there"$/);
    expect(answer.headers['x-other']).toBeUndefined();
    expect(there.asked[0]!.body).toEqual({ amount: '1.00' });
    expect(there.asked[0]!.headers).toMatchObject({
      ...{ 'idempotency-key': 'k', authorization: 'Bearer tm_x', 'if-match': '"1"', 'tidemark-forwarded-by': 'here' },
    });
    expect(there.asked[0]!.headers['x-other']).toBeUndefined();
  });

  it.each([
    ['a rejection', 422],
    ['a malformed request', 400],
    ['a conflict', 412],
    ['a defect', 500],
  ])('that %s answers there is not executed here', async (_what, status) => {
    const { post } = await here((await elsewhere(() => ({ status }))).url);
    expect(await post('/v1/wallets/far/deposits')).toMatchObject({ statusCode: status, servedBy: 'there' });
  });

  it.each([401, 403, 502, 503, 504])('that the other API cannot do (%d) is executed here', async (status) => {
    const { post } = await here((await elsewhere(() => ({ status }))).url);
    expect(await post('/v1/wallets/far/deposits')).toMatchObject({ statusCode: 200, servedBy: 'here' });
  });

  it('is executed here while the other API fails, which one command tries again now and then', async () => {
    let status = 503;
    const there = await elsewhere(() => ({ status }));
    const { post, pass } = await here(there.url);
    const askTwice = async () => {
      const [one, two] = await Promise.all([post('/v1/wallets/far/deposits'), post('/v1/wallets/far/deposits')]);
      return [one.servedBy, two.servedBy];
    };
    await askTwice();
    expect(await askTwice()).toEqual(['here', 'here']); // the circuit opens
    expect(there.asked.length).toBe(4);
    expect(await askTwice()).toEqual(['here', 'here']);
    pass(9_999);
    expect(await askTwice()).toEqual(['here', 'here']);
    expect(there.asked.length).toBe(4);
    pass(1);
    expect(await askTwice()).toEqual(['here', 'here']);
    expect(there.asked.length).toBe(5);
    status = 201;
    pass(10_000);
    expect((await askTwice()).sort()).toEqual(['here', 'there']);
    expect(await askTwice()).toEqual(['there', 'there']);
  });

  it('is executed here where nobody listens there', async () => {
    const { post } = await here(NOWHERE);
    const answer = await post('/v1/wallets/far/deposits');
    expect(answer.servedBy).toBe('here');
    expect(answer.headers).toMatchObject({ 'tidemark-home-region': 'there' });
    expect(answer.headers['server-timing']).toBeUndefined();
  });

  it('is executed here after five seconds of silence, which says nothing yet of the next', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const { post, pass } = await here(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const timed = async () => {
      const began = performance.now();
      expect((await post('/v1/wallets/far/deposits')).servedBy).toBe('here');
      return Math.round((performance.now() - began) / 1_000);
    };
    expect(await Promise.all([timed(), timed(), timed()])).toEqual([5, 5, 5]);
    expect(await timed()).toBe(0); // after three, the region is left alone
    pass(10_000);
    expect(await Promise.all([timed(), timed()])).toEqual([1, 0]); // and whoever tries it again does not wait as long
  }, 20_000);

  it('that takes its time there is waited for: it would be done twice', async () => {
    const { post } = await here((await elsewhere(() => ({ afterMs: 1_500 }))).url);
    expect((await post('/v1/wallets/far/deposits')).servedBy).toBe('there');
  });

  it.each([
    ['of a wallet at home', '/v1/wallets/near/deposits', {}],
    ['of a wallet that nobody knows', '/v1/wallets/unknown/deposits', {}],
    ['with an id that none can have', '/v1/wallets/%00/deposits', {}],
    ['that opens a wallet here', '/v1/wallets', { homeRegion: 'here' }],
    ['that opens a wallet and names no region', '/v1/wallets', { walletId: 'far' }],
    ['that opens a wallet in a region that is none', '/v1/wallets', { homeRegion: 'a\r\nb' }],
    ['that makes no sense', '/v1/transfers', { from: 1, legs: 'x' }],
    ['from a wallet at home', '/v1/transfers', { from: 'near', to: 'far' }],
  ])('%s is executed here', async (_what, url, payload) => {
    const there = await elsewhere(() => ({}));
    const { post } = await here(there.url);
    expect((await post(url, payload)).servedBy).toBe('here');
    expect(there.asked).toEqual([]);
  });

  it.each([
    ['that opens a wallet there', '/v1/wallets', { homeRegion: 'there' }],
    ['from a wallet there', '/v1/transfers', { from: 'far', to: 'near' }],
    ['whose first leg is from there', '/v1/transfers', { legs: [{ from: 'far' }, { from: 'near' }] }],
  ])('%s is handed on', async (_what, url, payload) => {
    const { post } = await here((await elsewhere(() => ({}))).url);
    expect((await post(url, payload)).servedBy).toBe('there');
  });

  it('is handed on once', async () => {
    const there = await elsewhere(() => ({}));
    const { post } = await here(there.url);
    const answer = await post('/v1/wallets/far/deposits', {}, { 'tidemark-forwarded-by': 'there' });
    expect(answer.servedBy).toBe('here');
    expect(there.asked).toEqual([]);
  });

  it('looks the home region up once, and learns from answers where the wallet went', async () => {
    const { post, lookups } = await here(
      (await elsewhere(() => ({ headers: { 'tidemark-home-region': 'here' } }))).url,
    );
    expect((await post('/v1/wallets/far/deposits')).servedBy).toBe('there');
    expect((await post('/v1/wallets/far/deposits')).servedBy).toBe('here');
    expect(lookups).toEqual(['far']);
  });
});

/** What one caller sends, five times over, must not change where the commands of others are executed. */
describe('the commands of others are handed on after', () => {
  const FIVE = Array.from({ length: 5 });

  it.each([
    ['a key that is not known there', 401, undefined],
    ['a key that may not do it there', 403, 'insufficient_scope'],
    ['more than the queue there takes', 503, 'queue_full'],
    ['a wallet with an event of a newer version', 503, 'newer_version_needed'],
    ['a command whose result is not known', 503, 'outcome_unknown'],
  ])('%s (%d)', async (_what, status, code) => {
    const there = await elsewhere(({ headers }) => (headers['idempotency-key'] === 'bad' ? { status, code } : {}));
    const { post } = await here(there.url);
    for (const _ of FIVE) {
      expect((await post('/v1/wallets/far/deposits', {}, { 'idempotency-key': 'bad' })).servedBy).toBe('here');
    }
    expect((await post('/v1/wallets/far/deposits')).servedBy).toBe('there');
    expect(there.asked.length).toBe(6);
  });

  it('a target of which no URL can be made', async () => {
    const there = await elsewhere(() => ({}));
    const { post, instance } = await here(there.url);
    const { port } = new URL(await instance.listen({ port: 0, host: '127.0.0.1' }));
    for (const _ of FIVE) {
      const text = await rawRequest(Number(port), 'POST http://x/v1/wallets/far/deposits HTTP/1.1');
      expect(text).toContain('"servedBy":"here"');
    }
    expect((await post('/v1/wallets/far/deposits')).servedBy).toBe('there');
  });

  it.each([
    ['the process that does not serve', 'shutting_down'],
    ['its database', 'database_unavailable'],
    ['a balancer with nobody behind it', undefined],
  ])('but not after as many failures of %s', async (_what, code) => {
    const there = await elsewhere(() => ({ status: 503, code }));
    const { post } = await here(there.url);
    for (const _ of FIVE) await post('/v1/wallets/far/deposits');
    expect(there.asked.length).toBe(3);
  });

  it('one slow answer among others', async () => {
    const there = await elsewhere(({ url }) => ({ status: 200, afterMs: url.includes('slow') ? 1_200 : 0 }));
    const { get } = await here(there.url);
    const reads = [1, 2, 3, 4].map(() => get('/v1/wallets/far'));
    const slow = [1, 2, 3].map(() => get('/v1/wallets/far/events?cursor=slow'));
    expect((await Promise.all(slow)).map(({ servedBy }) => servedBy)).toEqual(['here', 'here', 'here']);
    await Promise.all(reads);
    expect((await get('/v1/wallets/far')).servedBy).toBe('there');
  });

  it('an opening of their wallet that names another region and is refused', async () => {
    const there = await elsewhere(() => ({}));
    const { post, instance } = await here(there.url);
    expect((await post('/v1/wallets/far/deposits')).servedBy).toBe('there');
    const refused = await post('/v1/wallets', { walletId: 'far', homeRegion: 'here' }, { 'x-refuse': 'yes' });
    expect(refused.statusCode).toBe(409);
    expect(refused.headers['tidemark-home-region']).toBeUndefined();
    expect((await post('/v1/wallets/far/deposits')).servedBy).toBe('there');
    await instance.close();
  });

  it('an opening that another region refuses, whatever its answer names', async () => {
    const there = await elsewhere(({ url }) =>
      url === '/v1/wallets' ? { status: 409, headers: { 'tidemark-home-region': 'there' } } : {},
    );
    const { post } = await here(there.url);
    const refused = await post('/v1/wallets', { walletId: 'near', homeRegion: 'there' });
    expect(refused.statusCode).toBe(409);
    expect((await post('/v1/wallets/near/deposits')).servedBy).toBe('here');
    expect(there.asked.length).toBe(1);
  });

  it('a replay, which says where the wallet was then', async () => {
    const headers = { 'tidemark-home-region': 'here', 'idempotency-replayed': 'true' };
    const there = await elsewhere(() => ({ status: 200, headers }));
    const { post } = await here(there.url);
    await post('/v1/wallets/far/deposits');
    expect((await post('/v1/wallets/far/deposits')).servedBy).toBe('there');
  });
});

async function rawRequest(port: number, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const head = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close';
  socket.write(`${line}\r\n${head}\r\n\r\n{}`);
  return (await socket.setEncoding('utf8').toArray()).join('');
}

describe('a fresh read', () => {
  it.each(['/v1/wallets/far', '/v1/wallets/far?at=version:3', '/v1/wallets/far/events?limit=2'])(
    '%s is handed on to the home region of its wallet',
    async (url) => {
      const there = await elsewhere(() => ({ status: 200, headers: { etag: '"2"' } }));
      const { get } = await here(there.url);
      const answer = await get(url, { 'if-none-match': '"1"' });
      expect(answer).toMatchObject({ statusCode: 200, servedBy: 'there' });
      expect(answer.headers).toMatchObject({ etag: '"2"', 'tidemark-home-region': 'there' });
      expect(there.asked[0]!.url).toBe(url);
      expect(there.asked[0]!.headers['if-none-match']).toBe('"1"');
    },
  );

  it('that has nothing new is handed back without a body', async () => {
    const { get } = await here((await elsewhere(() => ({ status: 304 }))).url);
    expect(await get('/v1/wallets/far', { 'if-none-match': '"1"' })).toMatchObject({ statusCode: 304, payload: '' });
  });

  it.each(['/v1/wallets/near', '/v1/wallets/far?consistency=eventual', '/v1/wallets/far/statement'])(
    '%s is served here',
    async (url) => {
      const there = await elsewhere(() => ({}));
      expect((await (await here(there.url)).get(url)).servedBy).toBe('here');
      expect(there.asked).toEqual([]);
    },
  );

  it('waits no longer than a second for another region, and what it missed turns no command away', async () => {
    const there = await elsewhere(({ method }) => ({ status: 200, afterMs: method === 'GET' ? 3_000 : 0 }));
    const { get, post } = await here(there.url);
    const began = performance.now();
    const three = await Promise.all([1, 2, 3].map(() => get('/v1/wallets/far')));
    expect(three.map(({ servedBy }) => servedBy)).toEqual(['here', 'here', 'here']);
    expect(performance.now() - began).toBeLessThan(2_500);
    expect((await post('/v1/wallets/far/deposits')).servedBy).toBe('there');
  });
});
