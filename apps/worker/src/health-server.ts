import { fastify, type FastifyInstance } from 'fastify';
import type { Metrics } from '@tidemark/observability';

/**
 * Health and metrics of a worker that runs in a process of its own.
 *
 * @param readiness says what is wrong; nothing when all is well
 */
export function healthServer(readiness: () => Promise<readonly string[]>, metrics: Metrics): FastifyInstance {
  const server = fastify();
  server.get('/health/live', async () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    const wrong = await readiness();
    if (wrong.length === 0) return { status: 'ready' };
    const body = {
      ...{ type: '/problems/not_ready', title: 'The worker is not ready', status: 503, code: 'not_ready' },
      detail: wrong.join('; '),
    };
    return reply
      .code(503)
      .type('application/problem+json')
      .send(Buffer.from(JSON.stringify(body)));
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return server;
}
