import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Finds a TCP port on 127.0.0.1 that is free at the moment. Another process may take it before it is used, so the
 * caller must be able to try again.
 *
 * @param preferred tried first
 */
export async function freePort(preferred = 0): Promise<number> {
  return (await tryPort(preferred)) ?? (await tryPort(0)) ?? Promise.reject(new Error('no free port on 127.0.0.1'));
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return (server.address() as { port: number }).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
