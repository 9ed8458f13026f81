import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Problem, PROBLEM_MEDIA_TYPE } from '../problems/problem.js';
import { PROBLEM_TYPES, type ProblemCode } from '../problems/problem-types.js';
import { jsonSchemaOf } from './json-schema.js';

/** What the documentation says about an endpoint, besides the form of its parameters. */
export interface EndpointDocs {
  readonly tag: 'Wallets' | 'Movements' | 'Transfers' | 'History' | 'Books' | 'Operations';
  readonly summary: string;
  readonly description?: string;
  /** Whether it is a POST that is decided once for each `Idempotency-Key`. */
  readonly command?: boolean;
  readonly ifMatch?: boolean;
  /** Whether it is a read that may be handed on to the region of its wallet, as every command is. */
  readonly readAtHome?: boolean;
  /** Whether it needs no API key. */
  readonly open?: boolean;
  readonly answer?: { readonly description: string; readonly schema: z.ZodType; readonly csv?: string };
  readonly problems: readonly ProblemCode[];
}

const OF_EVERY_ENDPOINT: readonly ProblemCode[] = [
  'invalid_request',
  'unauthenticated',
  'insufficient_scope',
  'foreign_host',
  'foreign_origin',
];
const OF_EVERY_COMMAND: readonly ProblemCode[] = [
  'malformed_json',
  'idempotency_key_missing',
  'idempotency_key_malformed',
  'idempotency_key_reused',
  'body_too_large',
  'unsupported_media_type',
  'queue_full',
  'log_unavailable',
  'outcome_unknown',
];

const IDEMPOTENCY_KEY = ApiHeader({
  name: 'Idempotency-Key',
  required: true,
  description:
    '1 to 255 visible ASCII characters, unique within the wallet. A repeat with the same body gets the first answer ' +
    'again, accepted or rejected, with `Idempotency-Replayed: true`.',
  schema: { type: 'string', example: 'order-4711' },
});
const IF_MATCH = ApiHeader({
  name: 'If-Match',
  required: false,
  description: 'Only if the wallet is at this version still, in quotes as `ETag` gives it; otherwise 412.',
  schema: { type: 'string', pattern: '^"[1-9][0-9]*"$' }, // no example: the documentation would send it
});

const OF_WHAT_IS_HANDED_ON = {
  'Tidemark-Home-Region': {
    description: 'The region of the wallet (of a transfer: of the first source), where it is served at the least cost.',
    schema: { type: 'string' as const, example: 'eu-west' },
  },
  'Server-Timing': {
    description:
      'What it cost, in milliseconds: `total` in the region that was asked, and of that `forward` for the home region ' +
      'where the request was handed on to it.',
    schema: { type: 'string' as const, example: 'forward;dur=124.2;desc="eu-west", total;dur=125.0;desc="eu-east"' },
  },
};

/** Puts an endpoint into the OpenAPI document. */
export function Documented(docs: EndpointDocs): MethodDecorator {
  const { tag, summary, description, command = false, ifMatch = false, open = false, problems } = docs;
  return applyDecorators(
    ApiTags(tag),
    ApiOperation({ summary, ...(description !== undefined && { description }) }),
    ...(open ? [] : [ApiBearerAuth()]),
    ...(command ? [IDEMPOTENCY_KEY] : []),
    ...(ifMatch ? [IF_MATCH] : []),
    ...answers(docs),
    ...problemResponses([...(open ? [] : OF_EVERY_ENDPOINT), ...(command ? OF_EVERY_COMMAND : []), ...problems]),
  );
}

function answers({ answer, command = false, readAtHome = false }: EndpointDocs) {
  if (!answer) return [];
  const { description, schema, csv } = answer;
  const headers = (command || readAtHome) && { headers: OF_WHAT_IS_HANDED_ON };
  const content = {
    'application/json': { schema: jsonSchemaOf(schema) },
    ...(csv !== undefined && { 'text/csv': { schema: { type: 'string', example: csv } } }),
  };
  if (!command) return [ApiResponse({ status: 200, description, content, ...headers })];
  const again = 'The first answer again, with `Idempotency-Replayed: true`.';
  return [
    ApiResponse({ status: 201, description, content, ...headers }),
    ApiResponse({ status: 200, description: again, content, ...headers }),
  ];
}

function problemResponses(codes: readonly ProblemCode[]) {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEM_TYPES[code].status);
  return [...byStatus].map(([status, ofStatus]) =>
    ApiResponse({
      status,
      description: ofStatus.map((code) => `\`${code}\`: ${PROBLEM_TYPES[code].title}`).join('  \n'),
      content: {
        [PROBLEM_MEDIA_TYPE]: {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(ofStatus.map((code) => [code, { value: exampleOf(code) }])),
        },
      },
    }),
  );
}

function exampleOf(code: ProblemCode): object {
  return new Problem(code, '…').toBody('7f0c1f5e-…');
}
