import type { Logger } from '@tidemark/observability';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { walletId } from '../schemas/fields.js';
import type { HomeRegions } from './home-regions.js';
import { HOME_REGION } from './served-by.js';

/**
 * How long the home region's API may take: as long as a flush, for until then it may well be at work. After it the command is
 * executed here, under the same key, so that it takes effect once whatever the other does with it; if the other did it, the
 * answer is a replay. No sooner: twice the work, and two regions that race for a wallet, are no help to a region that is slow.
 */
const ANSWER_MS_MAX = 5_000;
/** A read waits for nobody else, and reading twice harms nobody. */
const READ_MS_MAX = 1_000;
/** So many commands of a region, and one in ten of its answers, may come to nothing before it is left alone. */
const PATIENCE = 3;
const PATIENCE_AN_ANSWER = 0.1;
/** Then its wallets' commands stay here, and every so often one of them tries it again, which must not cost its caller much. */
const PAUSE_MS = 10_000;
const PROBE_MS_MAX = 1_000;
/** Each is a connection. What comes beyond is executed here. */
const FORWARDED_MAX = 1_000;

/** Set on what was handed on, with the region that did: it is handed on once and no further. */
const FORWARDED_BY = 'tidemark-forwarded-by';
const REQUEST_HEADERS = ['authorization', 'idempotency-key', 'if-match', 'if-none-match', 'accept'] as const;
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

interface Trust {
  /** Of {@link PATIENCE}; as in gRPC's throttling of retries, https://github.com/grpc/proposal/blob/master/A6-client-retries.md */
  patience: number;
  pausedUntil: number | undefined;
}

/**
 * Hands commands on to the API of the region where their wallet lives. There the wallet is in memory and every statement is
 * local, so that the caller waits for the distance once, and two regions that write one wallet do not race. Executed from
 * here, each table that a flush writes costs that distance. Fresh reads of one wallet go the same way.
 */
export class Forwarding {
  /** By region, of reads and of commands. */
  private readonly trust = new Map<string, Trust>();
  private underWay = 0;

  constructor(private readonly parts: ForwardingParts) {}

  /** To be called before the instance is ready. */
  listenTo(instance: FastifyInstance): void {
    instance.addHook('preHandler', async (request, reply) => {
      if (belongsAtHome(request) && (await this.handOn(request, reply))) return reply;
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
    if (home === undefined || request.headers[FORWARDED_BY] !== undefined) return false;
    const withinMs = this.patienceWith(home, request);
    if (withinMs === 0) return false;
    const sentAt = this.parts.monotonic();
    const answer = await this.ask(home, request, withinMs);
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

  /** @returns how many milliseconds a region gets to answer; 0: it is not to be asked */
  private patienceWith(region: string, request: FastifyRequest): number {
    if (!this.parts.apis.has(region) || this.underWay >= FORWARDED_MAX) return 0;
    const trust = this.trust.get(trustKey(region, request));
    if (trust?.pausedUntil === undefined) return request.method === 'GET' ? READ_MS_MAX : ANSWER_MS_MAX;
    const now = this.parts.monotonic();
    if (now < trust.pausedUntil) return 0;
    trust.pausedUntil = now + PAUSE_MS; // one finds out for all
    return PROBE_MS_MAX;
  }

  /** @returns undefined when the region could not be asked, did not answer in time, or cannot do it */
  private async ask(region: string, request: FastifyRequest, withinMs: number) {
    const { apis, region: own, logger } = this.parts;
    this.underWay++;
    try {
      const response = await fetch(apis.get(region)! + request.url, {
        method: request.method,
        headers: headersOf(request, own),
        ...(request.method === 'GET' ? {} : { body: JSON.stringify(request.body) }),
        signal: AbortSignal.timeout(withinMs),
        redirect: 'error',
      });
      const body = Buffer.from(await response.arrayBuffer());
      if (CANNOT.has(response.status)) throw new Error(`it answered ${response.status}`);
      this.answered(trustKey(region, request));
      return { status: response.status, headers: response.headers, body };
    } catch (error) {
      this.failed(trustKey(region, request), (error as Error).name === 'TimeoutError');
      logger.warn({ err: error, region, requestId: request.id }, 'a request was not handed on; executed here');
      return undefined;
    } finally {
      this.underWay--;
    }
  }

  private answered(key: string): void {
    const trust = this.trust.get(key);
    if (!trust) return;
    if (trust.pausedUntil !== undefined) this.trust.delete(key);
    else trust.patience = Math.min(PATIENCE, trust.patience + PATIENCE_AN_ANSWER);
  }

  /** A region that is slow may have one slow wallet; one that cannot be reached, or cannot do it, has nothing to wait for. */
  private failed(key: string, slow: boolean): void {
    const trust = this.trust.get(key) ?? { patience: PATIENCE, pausedUntil: undefined };
    this.trust.set(key, trust);
    if (slow) trust.patience -= 1;
    const impatient = !slow || trust.patience < 1;
    if (impatient || trust.pausedUntil !== undefined) trust.pausedUntil = this.parts.monotonic() + PAUSE_MS;
  }
}

/** Reads get less time, so what they miss says nothing of commands. */
function trustKey(region: string, { method }: FastifyRequest): string {
  return `${method === 'GET' ? 'reads' : 'commands'} ${region}`;
}

const OPENINGS = '/v1/wallets';
/** What is read from the directory, the projected row and the log, one after the other, all at the wallet's home. */
const READINGS = new Set(['/v1/wallets/:walletId', '/v1/wallets/:walletId/events']);

function belongsAtHome({ method, routeOptions, query }: FastifyRequest): boolean {
  if (method !== 'GET') return routeOptions.config.scope === 'write';
  return READINGS.has(routeOptions.url ?? '') && textOf(query, 'consistency') !== 'eventual';
}

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
  const sent: Record<string, string> = { 'x-request-id': id, [FORWARDED_BY]: own };
  if (headers['content-type'] !== undefined) sent['content-type'] = 'application/json';
  for (const name of REQUEST_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string') sent[name] = value;
  }
  return sent;
}
