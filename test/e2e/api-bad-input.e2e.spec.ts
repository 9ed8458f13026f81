import { request } from 'node:http';
import { connect } from 'node:net';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { amounts, rejected } from './malformed/amounts.js';
import type { BadRequest } from './malformed/bad-request.js';
import { bodies } from './malformed/bodies.js';
import { brokenHttp } from './malformed/broken-http.js';
import { requests } from './malformed/requests.js';
import { RunningService } from './running-service.js';

interface Refused {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

const REFUSED_AT_LEAST = 300;
const malformed = [...amounts, ...bodies, ...requests];

it(`sends at least ${REFUSED_AT_LEAST} malformed requests, no two alike`, () => {
  const alike = Map.groupBy(malformed, ({ method, path, headers, body }) => {
    const { 'idempotency-key': key, ...rest } = headers;
    return JSON.stringify([method, path, rest, /^bad-\d+$/.test(String(key)) || key, body?.toString('base64')]);
  });
  const repeated = [...alike.values()].filter(({ length }) => length > 1).map(([first]) => first!.name);
  expect(repeated).toEqual([]);
  expect(alike.size).toBeGreaterThanOrEqual(REFUSED_AT_LEAST);
});

describe.each(engines)('the API on $engine: bad input', (engine) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    for (const walletId of ['w', 'v']) await service.post('/v1/wallets', { walletId });
    const { json } = await service.post('/v1/wallets/w/deposits', { amount: '10.00', currency: 'EUR' });
    await service.get(`/v1/wallets?minPosition=${json.position}`);
  });
  afterAll(() => service?.close());

  /** Sends the request exactly as written. fetch would normalise paths and headers. */
  const send = ({ method, path, headers, body }: BadRequest) =>
    new Promise<Refused>((resolve, reject) => {
      const { hostname, port } = new URL(service.api.url);
      const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const sent = request({ hostname, port, method, path, headers: { ...given, ...length } }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const { statusCode: status = 0, headers: sent } = response;
          const answer = { status, text, headers: new Headers(sent as Record<string, string>) };
          const refused = { status, type: sent['content-type'], text };
          try {
            service.requireDescribed(method, path, answer);
            resolve(refused);
          } catch (error) {
            reject(error as Error);
          }
        });
      });
      sent.on('error', reject).end(body);
    });

  const expectProblem = ({ status, type, text }: Refused, expected: { status: number; code: string }) => {
    const { status: inBody, code, type: kind, title, detail } = JSON.parse(text);
    expect({ status, type, inBody, code }).toEqual({
      status: expected.status,
      type: 'application/problem+json',
      inBody: expected.status,
      code: expected.code,
    });
    expect(kind).toBe(`/problems/${code}`);
    expect([title, detail].every((words) => typeof words === 'string' && words.length > 0)).toBe(true);
    expect(text.length).toBeLessThan(5_000); // the answer does not repeat the request
  };

  describe('is refused, and writes nothing', () => {
    let before: object;
    beforeAll(async () => void (before = await service.counts()));
    it.each(malformed)('$method $path: $name → $status $code', async (bad) => expectProblem(await send(bad), bad));
    it('left events, commits and outcomes as they were', async () => {
      expect(await service.counts()).toEqual(before);
    });
  });

  describe('that is not even HTTP is refused', () => {
    let before: object;
    beforeAll(async () => void (before = await service.counts()));
    it.each(brokenHttp)('$name → $status $code', async ({ bytes, ...expected }) => {
      const { hostname, port } = new URL(service.api.url);
      const text = await new Promise<string>((resolve, reject) => {
        let answer = '';
        const socket = connect(Number(port), hostname, () => socket.end(Buffer.from(bytes, 'latin1')));
        socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
        socket.on('end', () => resolve(answer)).on('error', reject);
      });
      const [head = '', body = ''] = text.split('\r\n\r\n');
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(head) ?? [];
      const [, type] = /^content-type: (.*)$/im.exec(head) ?? [];
      expectProblem({ status: Number(status), type, text: body }, expected);
    });
    it('left events, commits and outcomes as they were', async () => {
      expect(await service.counts()).toEqual(before);
    });
  });

  describe('that only a decision on the wallet can detect is rejected', () => {
    let before: { events: number };
    beforeAll(async () => void (before = await service.counts()));
    it.each(rejected)('$method $path: $name → $status $code', async (bad) => expectProblem(await send(bad), bad));
    it('left the events unchanged', async () => {
      expect((await service.counts()).events).toBe(before.events);
    });
  });

  it('caused no defect', () => {
    expect(service.log.filter((line) => !/"level":"info"/.test(line))).toEqual([]);
  });

  it('still serves', async () => {
    const { status, json } = await service.get('/v1/wallets/w');
    expect([status, json.version]).toEqual([200, 2]);
  });
});
