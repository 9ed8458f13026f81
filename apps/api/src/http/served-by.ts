import type { FastifyInstance } from 'fastify';

/** The region in which the wallet's next event will be written. */
export const HOME_REGION = 'tidemark-home-region';

/**
 * Says on each answer under /v1 where it was served and how long that took, in `Server-Timing` (W3C,
 * https://www.w3.org/TR/server-timing/): `total;dur=126.0;desc="eu-east"`, after what the forwarding had to say.
 *
 * @param region the one of this process
 */
export function sayWhereServed(instance: FastifyInstance, region: string): void {
  instance.addHook('onSend', (request, reply, payload, done) => {
    if (request.routeOptions.config.scope !== undefined) {
      const before = reply.getHeader('server-timing');
      const total = `total;dur=${reply.elapsedTime.toFixed(1)};desc="${region}"`;
      reply.header('server-timing', before === undefined ? total : `${String(before)}, ${total}`);
    }
    done(null, payload);
  });
}
