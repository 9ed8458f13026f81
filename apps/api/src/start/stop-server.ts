import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * How long a connection that is kept open may bring one more request, which is answered with `Connection: close`. Closed at once, it would
 * be reset under a client that is just sending on it. A client in use sends again within this time.
 */
const DRAIN_MS = 1_000;
const LOOK_EVERY_MS = 20;
/** After the drain: longer than a command may be tried, so that every request in flight is answered by then. */
const GRACE_MS = 20_000;

/**
 * Stops accepting connections, lets those that are open bring their last request, then lets the requests in flight finish, and closes
 * what still does not end.
 *
 * @param drained called after the drain: what arrives from then on is to be refused
 */
export async function stopServer(app: NestFastifyApplication, drained: () => void): Promise<void> {
  const { server } = app.getHttpAdapter().getInstance();
  NetServer.prototype.close.call(server); // that of http would close idle connections at once
  await drain(server);
  drained();
  const patience = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  // A connection whose last request has been answered would otherwise stay until its client closes it.
  const sweep = setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
    clearTimeout(patience);
  }
}

async function drain(server: Server): Promise<void> {
  const until = performance.now() + DRAIN_MS;
  while (performance.now() < until && (await connectionsOf(server)) > 0) await sleep(LOOK_EVERY_MS);
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count)));
}
