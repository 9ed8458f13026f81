import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@tidemark/observability';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Forwarding } from './forwarding.js';
import { HomeRegions } from './home-regions.js';

const WRITE = { config: { scope: 'write' } } as const;
const READ = { config: { scope: 'read' } } as const;

async function listen(instance: FastifyInstance): Promise<string> {
  onTestFinished(() => instance.close());
  return await instance.listen({ port: 0, host: '127.0.0.1' });
}

/** The API of another region, which answers as it is told. */
async function elsewhere(
  answer: (request: FastifyRequest) => { status?: number; headers?: Record<string, string>; afterMs?: number },
) {
  const asked: FastifyRequest[] = [];
  const instance = fastify();
  instance.route({
    method: ['GET', 'POST'],
    url: '/v1/*',
    handler: async (request, reply) => {
      asked.push(request);
      const { status = 201, headers = {}, afterMs = 0 } = answer(request);
      await sleep(afterMs);
      return reply
        .code(status)
        .headers(headers)
        .send(status === 304 ? undefined : { servedBy: 'there' });
    },
  });
  return { asked, url: await listen(instance) };
}

/** An API that executes nothing, with wallet `far` at home `there` and `near` at home `here`. */
async function here(there: string) {
  let now = 0;
  const lookups: string[] = [];
  const homes = new HomeRegions({
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
    instance.post(url, WRITE, async () => ({ servedBy: 'here' }));
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
  return { post, get, lookups, pass: (ms: number) => (now += ms) };
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

  it('is executed here while the other API does not answer, which one command tries again now and then', async () => {
    let status = 503;
    const there = await elsewhere(() => ({ status }));
    const { post, pass } = await here(there.url);
    const askTwice = async () => {
      const [one, two] = await Promise.all([post('/v1/wallets/far/deposits'), post('/v1/wallets/far/deposits')]);
      return [one.servedBy, two.servedBy];
    };
    await post('/v1/wallets/far/deposits');
    expect(await askTwice()).toEqual(['here', 'here']);
    pass(10_000);
    expect(await askTwice()).toEqual(['here', 'here']);
    expect(there.asked.length).toBe(2);
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
