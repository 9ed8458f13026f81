import { foreignHeaderOf } from '@tidemark/observability';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';

const UNTIL_THEN = 'until there is an API key (`tidemark keys create`)';

/**
 * Refuses what a browser sends for a page of somebody else, while the service takes requests without a key.
 *
 * @throws Problem `foreign_host`, `foreign_origin`
 */
export function refuseForeigners({ headers }: FastifyRequest): void {
  const foreign = foreignHeaderOf(headers);
  if (foreign === 'host') {
    throw new Problem('foreign_host', `the host must be localhost or a loopback address ${UNTIL_THEN}`);
  }
  if (foreign === 'origin') throw new Problem('foreign_origin', `pages of other hosts may not ask ${UNTIL_THEN}`);
}
