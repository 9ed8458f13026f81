import { connect } from 'node:net';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

const REQUEST_MS_MAX = 1_500;

/** HTTP that the RFCs allow, but few clients send. */
describe.each(engines)('the API on $engine: HTTP', (engine) => {
  let service: RunningService;
  beforeAll(async () => void (service = await RunningService.start(engine, { api: { requestMsMax: REQUEST_MS_MAX } })));
  afterAll(() => service?.close());

  /** @returns all bytes until the service closed the connection */
  const send = async (...lines: string[]) => {
    const { hostname, port } = new URL(service.api.url);
    const socket = connect(Number(port), hostname);
    socket.write(lines.join('\r\n'));
    return (await socket.setEncoding('utf8').toArray()).join('');
  };
  /** Sends the head at once and then one byte every 50 ms, as an attacker does to keep the connection open. */
  const dawdle = async (head: string) => {
    const { hostname, port } = new URL(service.api.url);
    const socket = connect(Number(port), hostname);
    socket.write(head);
    const drip = setInterval(() => socket.write('x'), 50);
    const began = performance.now();
    const text = (await socket.setEncoding('utf8').toArray()).join('');
    clearInterval(drip);
    return { text, ms: performance.now() - began };
  };
  const JSON_OF = (body: string) => ['Content-Type: application/json', `Content-Length: ${body.length}`, '', body];

  it.each([
    ['headers', 'GET /v1/wallets HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    [
      'a body',
      'POST /v1/wallets HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: slow\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n',
    ],
    ['a body that no handler reads', 'POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n'],
  ])('cuts %s that arrive too slowly, a second late at most', async (what, head) => {
    const { text, ms } = await dawdle(head);
    expect(text).toContain(what === 'a body that nobody reads' ? 'not_found' : 'request_timeout');
    expect(ms).toBeGreaterThan(what === 'a body that nobody reads' ? 0 : REQUEST_MS_MAX);
    expect(ms).toBeLessThan(REQUEST_MS_MAX + 2_500); // more than 1 s, because other tests run at the same time
  });

  it('uses the path of a target in absolute form (RFC 9112 §3.2.2)', async () => {
    const [host, key, close] = ['Host: localhost', 'Idempotency-Key: absolute', 'Connection: close'];
    const body = '{"walletId":"w"}';
    const opened = await send('POST http://localhost/v1/wallets HTTP/1.1', host, key, close, ...JSON_OF(body));
    expect(opened).toMatch(/^HTTP\/1\.1 201 /);
    const read = await send('GET http://localhost/v1/wallets/w?at=1 HTTP/1.1', host, close, '', '');
    expect(read).toMatch(/^HTTP\/1\.1 200 /);
    expect(await send('PUT http://localhost/v1/wallets HTTP/1.1', host, close, '', '')).toContain('method_not_allowed');
    expect(await send('GET ftp://localhost/v1/wallets HTTP/1.1', host, close, '', '')).toMatch(/^HTTP\/1\.1 40[04] /);
  });
});
