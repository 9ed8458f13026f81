import type { Server } from 'node:http';
import { ANONYMOUS, type Caller } from '@tidemark/application';
import { withoutRedaction, type Logger, type Metrics } from '@tidemark/observability';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyHttpOptions, FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';
import { sendProblem } from '../problems/problem.filter.js';
import { problemOf } from '../problems/problem-of.js';
import type { AllowedMethods } from './allowed-methods.js';
import type { Authentication } from './authentication.js';
import { answerBrokenHttp, refuseExpectation, refuseTunnel } from './broken-http.js';
import type { Forwarding } from './forwarding.js';
import { BODY_BYTES_MAX, readJson } from './json-body.js';
import { chooseMediaType, requireJson } from './media-types.js';
import { originFormOf } from './origin-form.js';
import { requestIdOf } from './request-headers.js';
import { sayWhereServed } from './served-by.js';

/** How long a request may take to arrive, headers and body: a slow sender must not hold a connection for ever. */
const REQUEST_MS_MAX = 30_000;
/** Node looks for slow requests as often as this, by default every 30 s, so one is cut up to 1 s late. */
const LOOK_FOR_SLOW_MS = 1_000;
/** Wallet ids have up to 64 characters. Percent-encoding writes each as three. */
const PATH_PARAMETER_CHARACTERS_MAX = 192;

export interface HttpServerParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly allowedMethods: AllowedMethods;
  readonly authentication: Authentication;
  /** Whether the service has begun to stop: every answer then closes its connection. */
  readonly draining: () => boolean;
  /** Whether it is about to end: commands and reads are refused. */
  readonly stopping: () => boolean;
  /** Milliseconds that a request may take to arrive. */
  readonly requestMsMax?: number;
  /** The region of this process, to be named in answers. */
  readonly region?: string;
  /** Where other regions' APIs can be reached. */
  readonly forwarding?: Forwarding | undefined;
}

/** Fastify with the settings of this service. The hooks that run on every request are here and not in Nest, because they cost less here. */
export function createHttpServer(parts: HttpServerParts): FastifyAdapter {
  const { requestMsMax = REQUEST_MS_MAX } = parts;
  const options: FastifyHttpOptions<Server> = {
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: requestMsMax,
    routerOptions: { maxParamLength: PATH_PARAMETER_CHARACTERS_MAX },
    rewriteUrl: originFormOf,
    genReqId: (request) => requestIdOf(request),
    clientErrorHandler: answerBrokenHttp,
    http: {
      requireHostHeader: false, // Node would refuse without a body; `refuseInVain` does it, as a problem
      requestTimeout: requestMsMax,
      headersTimeout: requestMsMax,
      connectionsCheckingInterval: LOOK_FOR_SLOW_MS,
    },
    return503OnClosing: false, // `refuseInVain` does it, as a problem
    frameworkErrors: (error, request, reply) =>
      sendProblem(problemOf(error) ?? new Problem('bad_request', 'the request cannot be read'), request, reply),
  };
  const adapter = new FastifyAdapter({ ...options, skipMiddie: true });
  const instance = adapter.getInstance() as unknown as FastifyInstance;
  instance.server.on('checkExpectation', refuseExpectation);
  instance.server.on('connect', refuseTunnel);
  parts.allowedMethods.listenTo(instance);
  instance.decorateRequest('caller');
  admitRequests(instance, parts);
  readBodies(instance);
  parts.forwarding?.listenTo(instance);
  if (parts.region !== undefined) sayWhereServed(instance, parts.region);
  logRequests(instance, parts);
  return adapter;
}

/** One hook rather than several, before the body is read: it runs on every request. */
function admitRequests(instance: FastifyInstance, parts: HttpServerParts): void {
  instance.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (parts.draining()) reply.header('connection', 'close');
    request.caller = ANONYMOUS;
    try {
      refuseInVain(request, parts);
      const caller = parts.authentication.callerOf(request);
      if (caller instanceof Promise) return void caller.then((found) => admit(request, found, done), done);
      admit(request, caller, done);
    } catch (error) {
      done(error as Error);
    }
  });
}

function admit(request: FastifyRequest, caller: Caller, done: () => void): void {
  request.caller = caller;
  done();
}

/** Refuses a request that cannot be answered, before its body is read. */
function refuseInVain(request: FastifyRequest, { stopping }: HttpServerParts): void {
  const { headers, raw } = request;
  if (request.is404) throw new Problem('not_found', 'no endpoint has this path'); // here, so that no body is read for it
  const { scope, produces } = request.routeOptions.config;
  if (headers.host === undefined && raw.httpVersion !== '1.0') {
    throw new Problem('bad_request', 'a request has an HTTP version and a Host header');
  }
  if (scope === undefined) return;
  if (stopping()) throw new Problem('shutting_down', 'the service is shutting down; nothing was done');
  if (produces) chooseMediaType(headers.accept, produces);
}

function readBodies(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      requireJson(request.headers['content-type']);
      done(null, readJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

function logRequests(instance: FastifyInstance, { logger, metrics }: HttpServerParts): void {
  const log = withoutRedaction(logger);
  instance.addHook('onResponse', (request, reply, done) => {
    const { method, id: requestId, caller } = request;
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    const ms = Math.round(reply.elapsedTime * 100) / 100;
    metrics.requested(method, route, status, ms);
    log.info({ method, route, status, ms, requestId, caller: caller?.name }, 'request');
    done();
  });
}
