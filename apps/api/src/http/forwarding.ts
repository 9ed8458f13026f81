import type { Logger } from '@tidemark/observability';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { walletId } from '../schemas/fields.js';
import type { HomeRegions } from './home-regions.js';
import { HOME_REGION } from './served-by.js';

/**
 * How long the home region's API may take: as long as a flush. After it the command is executed here, under the same key,
 * so that it takes effect once whatever the other does with it; if the other did it, the answer is a replay.
 */
const ANSWER_MS_MAX = 5_000;
/** After a region did not answer, its wallets' commands stay here, and every so often one of them tries it again. */
const PAUSE_MS = 10_000;
/** Each is a connection. What comes beyond is executed here. */
const FORWARDED_MAX = 1_000;

/** Set on what was handed on, with the region that did: it is handed on once and no further. */
const FORWARDED_BY = 'tidemark-forwarded-by';
const REQUEST_HEADERS = ['authorization', 'idempotency-key', 'if-match', 'accept'] as const;
const ANSWER_HEADERS = [
  'content-type',
  'etag',
  'location',
  'idempotency-replayed',
  'retry-after',
  HOME_REGION,
] as const;
/** The other API cannot do it, or does not trust us: we can still do it ourselves. */
const CANNOT = new Set([401, 403, 502, 503, 504]);

export interface ForwardingParts {
  readonly region: string;
  /** The APIs of other regions, without a slash at the end. */
  readonly apis: ReadonlyMap<string, string>;
  readonly homes: HomeRegions;
  readonly logger: Logger;
  /** Milliseconds that only ever grow. */
  readonly monotonic: () => number;
}

/**
 * Hands commands on to the API of the region where their wallet lives. There the wallet is in memory and every statement is
 * local, so that the caller waits for the distance once, and two regions that write one wallet do not race. Executed from
 * here, each table that a flush writes costs that distance.
 */
export class Forwarding {
  private readonly pausedUntil = new Map<string, number>();
  private underWay = 0;

  constructor(private readonly parts: ForwardingParts) {}

  /** To be called before the instance is ready. */
  listenTo(instance: FastifyInstance): void {
    instance.addHook('preHandler', async (request, reply) => {
      if (request.routeOptions.config.scope === 'write' && (await this.handOn(request, reply))) return reply;
    });
    instance.addHook('onSend', (request, reply, payload, done) => {
      const home = reply.getHeader(HOME_REGION);
      const wallet = walletOf(request);
      if (typeof home === 'string' && wallet !== undefined) this.parts.homes.remember(wallet, home);
      done(null, payload);
    });
  }

  private async handOn(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const home = await this.homeOf(request);
    if (home !== undefined) reply.header(HOME_REGION, home);
    if (home === undefined || !this.reaches(home) || request.headers[FORWARDED_BY] !== undefined) return false;
    const sentAt = this.parts.monotonic();
    const answer = await this.ask(home, request);
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

  private reaches(region: string): boolean {
    if (!this.parts.apis.has(region) || this.underWay >= FORWARDED_MAX) return false;
    const pausedUntil = this.pausedUntil.get(region);
    if (pausedUntil === undefined) return true;
    const now = this.parts.monotonic();
    if (now < pausedUntil) return false;
    this.pausedUntil.set(region, now + PAUSE_MS); // one finds out for all
    return true;
  }

  /** @returns undefined when the region could not be asked, did not answer in time, or cannot do it */
  private async ask(region: string, request: FastifyRequest) {
    const { apis, region: own, logger, monotonic } = this.parts;
    this.underWay++;
    try {
      const response = await fetch(apis.get(region)! + request.url, {
        method: request.method,
        headers: headersOf(request, own),
        body: JSON.stringify(request.body),
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
        redirect: 'error',
      });
      const body = Buffer.from(await response.arrayBuffer());
      if (CANNOT.has(response.status)) throw new Error(`it answered ${response.status}`);
      this.pausedUntil.delete(region);
      return { status: response.status, headers: response.headers, body };
    } catch (error) {
      this.pausedUntil.set(region, monotonic() + PAUSE_MS);
      logger.warn({ err: error, region, requestId: request.id }, 'a command was not handed on; executed here');
      return undefined;
    } finally {
      this.underWay--;
    }
  }
}

const OPENINGS = '/v1/wallets';

/** The wallet whose region decides, as far as the request names one; the body has not been checked yet. */
function walletOf({ params, body }: FastifyRequest): string | undefined {
  const firstLeg = (body as { legs?: unknown[] } | undefined)?.legs?.[0];
  const named =
    textOf(params, 'walletId') ?? textOf(body, 'walletId') ?? textOf(body, 'from') ?? textOf(firstLeg, 'from');
  return walletId.safeParse(named).data;
}

function textOf(object: unknown, key: string): string | undefined {
  const value = (object as Record<string, unknown> | null | undefined)?.[key];
  return typeof value === 'string' ? value : undefined;
}

function headersOf({ headers, id }: FastifyRequest, own: string): Record<string, string> {
  const sent: Record<string, string> = { 'content-type': 'application/json', 'x-request-id': id, [FORWARDED_BY]: own };
  for (const name of REQUEST_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string') sent[name] = value;
  }
  return sent;
}
