import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';
import { isLoopback } from '../start/loopback.js';

/** What nearly every caller sends: tested in a tenth of the time that a URL takes to parse. */
const USUAL_HOST = /^(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/;

/**
 * Refuses what a browser sends for a page of somebody else, while the service takes requests without a key: a page whose name was
 * pointed to this machine (DNS rebinding) has another host, any other page has another origin. A proxy that passes the host on is
 * refused as well, because it lets others in.
 *
 * @throws Problem `foreign_host`, `foreign_origin`
 */
export function refuseForeigners({ headers: { host, origin } }: FastifyRequest): void {
  const untilThen = 'until there is an API key (`tidemark keys create`)';
  if (host !== undefined && !USUAL_HOST.test(host) && !namesThisMachine(`http://${host}`)) {
    throw new Problem('foreign_host', `the host must be localhost or a loopback address ${untilThen}`);
  }
  if (origin !== undefined && !namesThisMachine(origin)) {
    throw new Problem('foreign_origin', `pages of other hosts may not ask ${untilThen}`);
  }
}

function namesThisMachine(url: string): boolean {
  const parsed = URL.parse(url);
  if (!parsed || parsed.pathname.length > 1 || parsed.username !== '') return false;
  return isLoopback(parsed.hostname.startsWith('[') ? parsed.hostname.slice(1, -1) : parsed.hostname);
}
