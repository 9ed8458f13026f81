import type { Logger } from '@tidemark/observability';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { walletIdText as walletId } from '@tidemark/wallet';
import type { HomeRegionCache } from './home-region-cache.js';
import { RegionApi, type RegionRequest } from './region-api.js';
import { HOME_REGION } from './served-by.js';

/** Names the region that forwarded a request. A request is forwarded once and no further. */
const FORWARDED_BY = 'tidemark-forwarded-by';
const REPLAYED = 'idempotency-replayed';
const REQUEST_HEADERS = ['authorization', 'idempotency-key', 'if-match', 'if-none-match', 'accept'] as const;
const ANSWER_HEADERS = ['content-type', 'etag', 'location', REPLAYED, 'retry-after', HOME_REGION] as const;

export interface ForwardingParts {
  readonly region: string;
  /** The APIs of other regions, without a slash at the end. */
  readonly apis: ReadonlyMap<string, string>;
  readonly homes: HomeRegionCache;
  readonly logger: Logger;
  /** Milliseconds that only ever grow. */
  readonly monotonic: () => number;
}

/**
 * Hands commands on to the API of the region where their wallet lives. There the wallet is in memory and every statement is
 * local, so that the caller waits for the distance once, and two regions that write one wallet do not race. Executed from
 * here, each table that a flush writes costs that distance. Fresh reads of one wallet go the same way.
 */
export class Forwarding {
  private readonly apis: ReadonlyMap<string, RegionApi>;

  constructor(private readonly parts: ForwardingParts) {
    const { apis, logger, monotonic } = parts;
    this.apis = new Map([...apis].map(([region, url]) => [region, new RegionApi(region, url, logger, monotonic)]));
  }

  /** To be called before the instance is ready. */
  listenTo(instance: FastifyInstance): void {
    instance.addHook('preHandler', async (request, reply) => {
      if (belongsAtHome(request) && (await this.handOn(request, reply))) return reply;
    });
    instance.addHook('onSend', (request, reply, payload, done) => {
      this.learn(request, reply);
      done(null, payload);
    });
  }

  /**
   * Remembers where an answer says that a wallet lives. An opening proves it only when it was accepted: what a caller names there
   * must not move somebody else's wallet. A replay says where the wallet was then.
   */
  private learn(request: FastifyRequest, reply: FastifyReply): void {
    const home = reply.getHeader(HOME_REGION);
    if (typeof home !== 'string' || reply.getHeader(REPLAYED) !== undefined) return;
    if (request.routeOptions.url === OPENINGS && reply.statusCode >= 300) return;
    const wallet = walletOf(request);
    if (wallet !== undefined) this.parts.homes.remember(wallet, home);
  }

  private async handOn(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const home = await this.homeOf(request);
    if (home !== undefined && request.routeOptions.url !== OPENINGS) reply.header(HOME_REGION, home);
    const api = home === undefined ? undefined : this.apis.get(home);
    if (!api || request.headers[FORWARDED_BY] !== undefined) return false;
    const sentAt = this.parts.monotonic();
    const answer = await api.ask(requestOf(request, this.parts.region));
    if (!answer) return false;
    const ms = this.parts.monotonic() - sentAt;
    for (const name of ANSWER_HEADERS) {
      const value = answer.headers.get(name);
      if (value !== null) reply.header(name, value);
    }
    reply.header('server-timing', `forward;dur=${ms.toFixed(1)};desc="${home}"`);
    reply.code(answer.status).send(answer.body);
    return true;
  }

  /** The region that an opening names, otherwise that of the wallet whose outcome it will be. */
  private async homeOf(request: FastifyRequest): Promise<string | undefined> {
    const wallet = walletOf(request);
    if (request.routeOptions.url !== OPENINGS) return wallet && (await this.parts.homes.find(wallet));
    const { region, apis } = this.parts;
    const named = textOf(request.body, 'homeRegion') ?? region;
    return named === region || apis.has(named) ? named : undefined;
  }
}

const OPENINGS = '/v1/wallets';
/** Reads of the directory, the projected row and the log, one after the other, all in the wallet's home region. */
const READINGS = new Set([
  '/v1/wallets/:walletId',
  ...['events', 'holds', 'holds/:holdId', 'pending', 'pending/:movementId', 'limits', 'outcome'].map(
    (path) => `/v1/wallets/:walletId/${path}`,
  ),
]);

function belongsAtHome({ method, routeOptions, query }: FastifyRequest): boolean {
  if (method !== 'GET') return routeOptions.config.scope === 'write';
  return READINGS.has(routeOptions.url ?? '') && textOf(query, 'consistency') !== 'eventual';
}

/** The wallet whose region decides, as far as the request names one; the body has not been checked yet. */
function walletOf({ params, body }: FastifyRequest): string | undefined {
  // Of a batch the first command decides, of a transfer the first source.
  const command = firstOf(body, 'commands') ?? body;
  const named =
    textOf(params, 'walletId') ??
    textOf(command, 'walletId') ??
    textOf(command, 'from') ??
    textOf(firstOf(command, 'legs'), 'from');
  return walletId.safeParse(named).data;
}

function firstOf(object: unknown, key: string): unknown {
  const list = (object as Record<string, unknown> | null | undefined)?.[key];
  return Array.isArray(list) ? list[0] : undefined;
}

function textOf(object: unknown, key: string): string | undefined {
  const value = (object as Record<string, unknown> | null | undefined)?.[key];
  return typeof value === 'string' ? value : undefined;
}

function requestOf({ method, url, headers, body, id }: FastifyRequest, own: string): RegionRequest {
  const sent: Record<string, string> = { 'x-request-id': id, [FORWARDED_BY]: own };
  if (headers['content-type'] !== undefined) sent['content-type'] = 'application/json';
  for (const name of REQUEST_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string') sent[name] = value;
  }
  return { method, target: url, headers: sent, body: method === 'GET' ? undefined : JSON.stringify(body) };
}
