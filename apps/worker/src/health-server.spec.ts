import { Metrics } from '@tidemark/observability';
import { describe, expect, it } from 'vitest';
import { healthServer } from './health-server.js';

const PATHS = ['/health/live', '/health/ready', '/metrics', '/nowhere'];

/** What the worker answers to a request with these headers. */
async function ask(listensOn: string, path: string, headers: Record<string, string>) {
  const server = healthServer(listensOn, async () => [], new Metrics());
  const { statusCode, headers: answered, body } = await server.inject({ url: path, headers });
  await server.close();
  const isProblem = answered['content-type'] === 'application/problem+json';
  return [statusCode, isProblem ? JSON.parse(body).code : undefined];
}

describe('the health server of a worker', () => {
  it.each(['localhost', '127.0.0.1:3001', '[::1]:3001'])('answers this machine as %s', async (host) => {
    expect(await ask('127.0.0.1', '/metrics', { host })).toEqual([200, undefined]);
    expect(await ask('::1', '/health/live', { host, origin: `http://${host}` })).toEqual([200, undefined]);
  });

  it.each(['evil.example', '127.0.0.1.evil.example:3001', '10.0.0.1', 'localhost@evil.example'])(
    'refuses the host %s on a loopback address (DNS rebinding)',
    async (host) => {
      for (const path of PATHS)
        expect([path, ...(await ask('localhost', path, { host }))]).toEqual([path, 403, 'foreign_host']);
    },
  );

  it('refuses pages of other hosts on a loopback address', async () => {
    const headers = { host: 'localhost', origin: 'http://evil.example' };
    expect(await ask('127.0.0.1', '/metrics', headers)).toEqual([403, 'foreign_origin']);
  });

  it('answers whoever can reach it on any other address', async () => {
    expect(await ask('0.0.0.0', '/metrics', { host: 'worker.internal:3001' })).toEqual([200, undefined]);
  });
});
