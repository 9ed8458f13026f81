import { foreignHeaderOf } from '@tidemark/observability';
import { ANONYMOUS, type Caller, type KeyRing, type Scope } from '@tidemark/application';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls. Set before any handler runs. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    scope?: Scope;
    /** Does as well as `scope`. */
    orScope?: Scope;
    /** The media types that the endpoint answers with, the default first. */
    produces?: MediaTypes;
  }
}

export type MediaTypes = readonly [string, ...string[]];

const JSON_ONLY: MediaTypes = ['application/json'];

/**
 * What a caller must be allowed to do for this endpoint, and what it answers with. Endpoints under /v1 that do not say so
 * want the highest scope.
 */
export const Requires = (scope: Scope, produces: MediaTypes = JSON_ONLY) => RouteConfig({ scope, produces });

/** Either of two scopes is enough. */
export const RequiresEither = (scope: Scope, orScope: Scope) => RouteConfig({ scope, orScope, produces: JSON_ONLY });

/** The scopes of which one is enough for a route; none: no key is needed. */
export function scopesOf({ scope, orScope }: FastifyContextConfig, path: string): Scope[] {
  const least = scope ?? (path.startsWith('/v1') ? 'operate' : undefined);
  return [least, orScope].filter((each) => each !== undefined);
}

const BEARER = /^Bearer +([\x21-\x7e]{1,256})$/i;
const CHALLENGE = { 'www-authenticate': 'Bearer realm="tidemark"' };

/** Finds out who calls and whether they may (RFC 6750). */
export class Authentication {
  /**
   * @param openWithoutKeys whether everybody on this machine may do everything until the first key is made: only where nobody but
   *   this machine can reach the service
   */
  constructor(
    private readonly keys: KeyRing,
    private readonly openWithoutKeys: boolean,
  ) {}

  /**
   * The caller, at once where what is in memory suffices.
   *
   * @throws Problem `unauthenticated`, `insufficient_scope`; while the service is open, `foreign_host`, `foreign_origin`
   */
  callerOf(request: FastifyRequest): Caller | Promise<Caller> {
    if (this.isOpen) refuseForeigners(request);
    const { config, url } = request.routeOptions;
    const [scope, orScope = scope] = scopesOf(config, url ?? '');
    if (scope === undefined || orScope === undefined) return ANONYMOUS;
    const secret = secretOf(request.headers.authorization);
    const known = this.keys.fresh ? this.find(secret) : undefined;
    return known ? allowed(known, scope, orScope) : this.lookAgain(secret, scope, orScope);
  }

  private async lookAgain(secret: string | undefined, scope: Scope, orScope: Scope): Promise<Caller> {
    await this.keys.refresh();
    const caller = this.find(secret);
    if (!caller) throw this.unauthenticated(secret);
    return allowed(caller, scope, orScope);
  }

  private find(secret: string | undefined): Caller | undefined {
    if (this.isOpen) return ANONYMOUS;
    return secret === undefined ? undefined : this.keys.callerNow(secret);
  }

  private get isOpen(): boolean {
    return this.openWithoutKeys && this.keys.neverUsed;
  }

  private unauthenticated(secret: string | undefined): Problem {
    const missing = secret === undefined ? 'send Authorization: Bearer tm_…' : 'the API key is unknown or revoked';
    const detail = this.keys.empty ? 'there is no active API key: make one with `tidemark keys create`' : missing;
    return new Problem('unauthenticated', detail, {}, CHALLENGE);
  }
}

function secretOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  return BEARER.exec(authorization)?.[1];
}

function allowed(caller: Caller, scope: Scope, orScope: Scope): Caller {
  if (caller.scopes.has(scope) || caller.scopes.has(orScope)) return caller;
  const enough = scope === orScope ? scope : `${scope} or ${orScope}`;
  throw new Problem('insufficient_scope', `this needs an API key with the scope ${enough}`);
}

const UNTIL_THEN = 'until there is an API key (`tidemark keys create`)';

/**
 * Refuses requests that a browser sends for a page of another site, while the service takes requests without a key.
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
