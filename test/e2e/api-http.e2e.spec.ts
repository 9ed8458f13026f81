import { connect } from 'node:net';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

/** HTTP as the RFCs allow it, and as few clients write it. */
describe.each(engines)('the API on $engine: HTTP', (engine) => {
  let service: RunningService;
  beforeAll(async () => void (service = await RunningService.start(engine)));
  afterAll(() => service?.close());

  /** @returns all that came back until the service closed the connection */
  const send = async (...lines: string[]) => {
    const { hostname, port } = new URL(service.api.url);
    const socket = connect(Number(port), hostname);
    socket.write(lines.join('\r\n'));
    return (await socket.setEncoding('utf8').toArray()).join('');
  };
  const JSON_OF = (body: string) => ['Content-Type: application/json', `Content-Length: ${body.length}`, '', body];

  it('takes a target in absolute form as the path in it (RFC 9112 §3.2.2)', async () => {
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
