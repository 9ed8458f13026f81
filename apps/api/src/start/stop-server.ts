import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Longer than a command may be tried, so that every request in flight is answered by then. */
const GRACE_MS = 20_000;

/** A connection whose last request has been answered would otherwise stay until its client lets go of it. */
const CLOSE_IDLE_EVERY_MS = 20;

/** Stops accepting, lets the requests in flight finish, and closes connections that still do not end. */
export async function stopServer(app: NestFastifyApplication): Promise<void> {
  const { server } = app.getHttpAdapter().getInstance();
  const patience = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  const sweep = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
    clearTimeout(patience);
  }
}
