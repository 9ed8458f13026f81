import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { foreignHeaderOf, isLoopback, type Metrics } from '@tidemark/observability';

/**
 * Health and metrics of a worker that runs in a process of its own.
 *
 * @param host that it is going to listen on. On a loopback address it answers this machine only, as the API does without keys
 * @param readiness says what is wrong; nothing when all is well
 */
export function healthServer(
  host: string,
  readiness: () => Promise<readonly string[]>,
  metrics: Metrics,
): FastifyInstance {
  const server = fastify();
  if (isLoopback(host)) {
    server.addHook('onRequest', async ({ headers }, reply) => {
      const foreign = foreignHeaderOf(headers);
      if (foreign) return sendProblem(reply, foreignProblem(foreign));
    });
  }
  server.get('/health/live', async () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    const wrong = await readiness();
    if (wrong.length === 0) return { status: 'ready' };
    const detail = wrong.join('; ');
    return sendProblem(reply, { code: 'not_ready', title: 'The worker is not ready', status: 503, detail });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return server;
}

interface Problem {
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

function foreignProblem(header: 'host' | 'origin'): Problem {
  const title = 'Only this machine may ask';
  const detail = `the worker listens on a loopback address, and the header ${header} names another host`;
  return { code: `foreign_${header}`, title, status: 403, detail };
}

function sendProblem(reply: FastifyReply, { code, title, status, detail }: Problem): FastifyReply {
  const body = { type: `/problems/${code}`, title, status, code, detail };
  return reply
    .code(status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(body)));
}
