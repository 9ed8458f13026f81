import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Distance } from './distance.js';
import { Passage, type PassageOptions } from './passage.js';

/** An echo server behind a passage, and a client in front of it. */
async function echoThrough(from: PassageOptions['from'] = 'eu-west') {
  const distance = new Distance();
  const sockets: Socket[] = [];
  const listen = async (accept: (socket: Socket) => void) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket.on('error', () => undefined));
      accept(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  };
  const echo = await listen((socket) => socket.pipe(socket));
  const proxy = await listen((dialling) => {
    const dialled = connect({ port: echo, host: '127.0.0.1', allowHalfOpen: true });
    new Passage(dialling, dialled, { distance, from, to: 'eu-east' });
  });
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  const client = connect({ port: proxy, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => undefined);
  await once(client, 'connect');
  const ask = async (text: string) => {
    const began = performance.now();
    client.write(text);
    const [answer] = await once(client, 'data');
    return { answer: String(answer), ms: performance.now() - began };
  };
  return { distance, client, ask };
}

const silence = (ms: number) => new Promise((resolve) => setTimeout(() => resolve('silence'), ms));

describe('Passage', () => {
  it('delays a round trip by the distance', async () => {
    const { distance, ask } = await echoThrough();
    expect((await ask('near')).ms).toBeLessThan(60);
    distance.slow(80);
    const far = await ask('far');
    expect(far.answer).toBe('far');
    expect(far.ms).toBeGreaterThanOrEqual(79);
  });

  it('delivers more than its buffer holds, complete and in order, and then the end of the stream', async () => {
    const { distance, client } = await echoThrough();
    distance.slow(10);
    const sent = Buffer.alloc(16 * 1024 * 1024, 'a wire longer than what is on it ');
    client.end(sent);
    const received: Buffer[] = [];
    for await (const chunk of client) received.push(chunk as Buffer);
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  it('passes no data while cut, and is reset afterwards', async () => {
    const { distance, client, ask } = await echoThrough();
    distance.cutOff('eu-west');
    const asked = ask('anybody?').catch((error: NodeJS.ErrnoException) => error.code);
    expect(await Promise.race([asked, silence(100)])).toBe('silence');
    expect(client.destroyed).toBe(false);
    distance.heal();
    expect(await asked).toBe('ECONNRESET');
  });

  it('is not affected by a cut of another region', async () => {
    const { distance, ask } = await echoThrough();
    distance.cutOff('eu-central');
    expect((await ask('here')).answer).toBe('here');
  });

  it('is cut as soon as its first bytes show that it comes from a cut region', async () => {
    const { distance, ask } = await echoThrough((head) => (head.includes('I am west') ? 'eu-west' : undefined));
    distance.cutOff('eu-west');
    expect((await ask('hello')).answer).toBe('hello');
    expect(await Promise.race([ask('I am west'), silence(100)])).toBe('silence');
  });
});
