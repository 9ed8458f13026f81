import type { ZodOpenApiResponseObject } from 'zod-openapi';
import { PROBLEM_MEDIA_TYPE } from '../problems/problem.js';
import { isRejection, PROBLEM_TYPES, type ProblemCode } from '../problems/problem-types.js';
import { headerRefs, type HeaderName } from './headers.js';
import type { RouteDeclaration } from './route-declaration.js';

/** Errors that any request may get before a handler runs. */
const OF_HTTP: readonly ProblemCode[] = [
  'request_timeout',
  'uri_too_long',
  'expectation_failed',
  'headers_too_large',
  'internal_error',
];
const OF_EVERY_ENDPOINT: readonly ProblemCode[] = ['bad_request', 'foreign_host', 'foreign_origin'];
const OF_EVERY_KEY: readonly ProblemCode[] = [
  'invalid_request',
  'unauthenticated',
  'insufficient_scope',
  'not_acceptable',
  'database_unavailable',
  'shutting_down',
];
const OF_EVERY_PARAMETER: readonly ProblemCode[] = ['invalid_request'];
const OF_EVERY_BODY: readonly ProblemCode[] = ['malformed_json', 'body_too_large', 'unsupported_media_type'];
const OF_EVERY_KEYED_POST: readonly ProblemCode[] = [
  'idempotency_key_missing',
  'idempotency_key_malformed',
  'idempotency_key_reused',
  'queue_full',
];
const OF_EVERY_COMMAND: readonly ProblemCode[] = ['log_unavailable', 'outcome_unknown', 'newer_version_needed'];

const HEADERS_OF_ALL: readonly HeaderName[] = ['X-Request-Id', 'Server-Timing', 'Tidemark-Home-Region'];
const HEADERS_OF_STATUS: Readonly<Record<number, readonly HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  503: ['Retry-After'],
};
const HEADERS_OF_CODE: Readonly<Partial<Record<ProblemCode, readonly HeaderName[]>>> = {
  time_not_reached: ['Retry-After'],
};

/**
 * The errors of an endpoint, by status. `default` is what HTTP itself may go wrong with. Those that are the same everywhere are
 * named components.
 */
export function problemResponses(route: RouteDeclaration): Record<string, ZodOpenApiResponseObject> {
  const byStatus = Map.groupBy(codesOf(route), (code) => PROBLEM_TYPES[code].status);
  const responses = [...byStatus].map(([status, codes]) => [status, problemResponse(codes)]);
  return { ...Object.fromEntries(responses), default: OTHER_PROBLEM };
}

function codesOf({ scopes, params, body, docs }: RouteDeclaration): Set<ProblemCode> {
  const { once, problems } = docs;
  return new Set([
    ...OF_EVERY_ENDPOINT,
    ...(scopes.length > 0 ? OF_EVERY_KEY : []),
    ...(Object.keys(params).length > 0 ? OF_EVERY_PARAMETER : []),
    ...(body ? OF_EVERY_BODY : []),
    ...(once ? OF_EVERY_KEYED_POST : []),
    ...(once === 201 ? OF_EVERY_COMMAND : []),
    ...problems,
  ]);
}

function problemResponse(codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
  const [only] = codes;
  if (codes.length > 1 || only === undefined) return responseOf(codes);
  return OF_ONE_CODE.get(only) ?? remember(only);
}

/** By identity, so that each becomes one component. */
const OF_ONE_CODE = new Map<ProblemCode, ZodOpenApiResponseObject>();

function remember(code: ProblemCode): ZodOpenApiResponseObject {
  const name = code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const response = { ...responseOf([code]), id: name };
  OF_ONE_CODE.set(code, response);
  return response;
}

function responseOf(codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
  const status = PROBLEM_TYPES[codes[0]!].status;
  const replayed: HeaderName[] = codes.some(isRejection) ? ['Idempotency-Replayed'] : [];
  const ofCodes = codes.flatMap((code) => HEADERS_OF_CODE[code] ?? []);
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEM_TYPES[code].title}`).join('  \n'),
    headers: headerRefs([...HEADERS_OF_ALL, ...(HEADERS_OF_STATUS[status] ?? []), ...ofCodes, ...replayed]),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { code: { enum: [...codes] } }, required: ['code'] },
          ],
        },
      },
    },
  };
}

const OTHER_PROBLEM = { ...responseOf(OF_HTTP), id: 'OtherProblem' };
