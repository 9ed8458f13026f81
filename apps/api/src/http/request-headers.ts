import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { CommandIdentity } from '@tidemark/application';
import { IDEMPOTENCY_KEY } from '@tidemark/wallet';
import type { FastifyRequest } from 'fastify';
import { inputProblem } from '../problems/input-problem.js';
import type { Problem } from '../problems/problem.js';
import type { ProblemCode } from '../problems/problem-types.js';

/** A strong entity tag (RFC 9110 §8.8.3) that holds a version. */
export const VERSION_TAG = /^"([1-9]\d{0,14})"$/;

/** Long enough for every tracing system's ids, short enough to be kept with each event. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * Who sends a command, and under which key.
 *
 * @throws Problem `idempotency_key_missing`, `idempotency_key_malformed`
 */
export function commandIdentityOf({ headers, caller, id: requestId }: FastifyRequest): CommandIdentity {
  const idempotencyKey = headers['idempotency-key'];
  if (idempotencyKey === undefined || idempotencyKey === '') {
    throw wrongHeader('Idempotency-Key', 'is missing: send a new one with each command', 'idempotency_key_missing');
  }
  if (typeof idempotencyKey !== 'string' || !IDEMPOTENCY_KEY.test(idempotencyKey)) {
    const message = 'must be one key of 1 to 255 visible ASCII characters';
    throw wrongHeader('Idempotency-Key', message, 'idempotency_key_malformed');
  }
  return { idempotencyKey, caller: caller.name, requestId };
}

/**
 * The version that the wallet has to be at for the command to be accepted.
 *
 * @throws Problem `if_match_malformed` for anything but one strong tag: a condition that is not understood is not met
 */
export function expectedVersionOf({ headers }: FastifyRequest): { readonly expectedVersion?: number } {
  const condition = headers['if-match'];
  if (condition === undefined) return {};
  const [, version] = VERSION_TAG.exec(condition) ?? [];
  if (version === undefined) {
    throw wrongHeader('If-Match', 'must be one version in quotes, as ETag gives it: "17"', 'if_match_malformed');
  }
  return { expectedVersion: Number(version) };
}

/** @throws Problem `if_match_unsupported`, for commands that could not keep the promise */
export function refuseIfMatch({ headers }: FastifyRequest): void {
  if (headers['if-match'] === undefined) return;
  const message =
    'must be left out: this command does not depend on the version of one wallet. A transfer takes `expectedVersion` in its body';
  throw wrongHeader('If-Match', message, 'if_match_unsupported');
}

/**
 * Operations take no query parameters, and one that is not understood must not be ignored: `dryRun=true` would do it.
 *
 * @throws Problem `invalid_request`
 */
export function refuseQuery({ url, query }: FastifyRequest): void {
  if (!url.includes('?')) return;
  const [path] = Object.keys(query as object);
  if (path === undefined) return;
  throw inputProblem('query', [{ path, message: 'is not known here: this endpoint takes no query parameters' }]);
}

function wrongHeader(path: string, message: string, code: ProblemCode): Problem {
  return inputProblem('header', [{ path, message }], code);
}

/** The entity tag of a wallet at a version. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

/** Whether `If-None-Match` names this version (RFC 9110 §13.1.2: the comparison is weak). */
export function isUnchanged({ headers }: FastifyRequest, version: number): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return known.split(',').some((tag) => ['*', versionTag(version)].includes(tag.trim().replace(/^W\//, '')));
}

/** The id that the caller gave its request, if it may be written into logs and headers; otherwise a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
