import { IDEMPOTENCY_KEY } from '@tidemark/wallet';
import { VERSION_TAG } from '../http/request-headers.js';

const text = (description: string, schema: object = {}) => ({
  description,
  schema: { type: 'string' as const, ...schema },
});

/** Every header that an answer may carry, besides those of HTTP itself. */
export const HEADERS = {
  'X-Request-Id': text('The id of this request in our log: the one that the caller sent, or a new one.'),
  'Server-Timing': text(
    'Milliseconds: `total` in the region that was asked, and of that `forward` where the home region of the wallet answered.',
    { examples: ['forward;dur=124.2;desc="eu-west", total;dur=125.0;desc="eu-east"'] },
  ),
  'Tidemark-Home-Region': text(
    'The region of the wallet (of a transfer: of the first source). Requests that are sent there are answered fastest.',
    { examples: ['eu-west'] },
  ),
  'Idempotency-Replayed': text('This is the first answer to this key again. Nothing was done now.', { enum: ['true'] }),
  'Tidemark-Dry-Run': text('Nothing was done: this is what the command would answer now.', { enum: ['true'] }),
  ETag: text('The version of the wallet, for `If-Match` and `If-None-Match`.', { examples: ['"2"'] }),
  Location: text('Where the thing that was made can be read.', { format: 'uri-reference' }),
  'Retry-After': {
    description: 'Seconds to wait before the request is sent again.',
    schema: { type: 'integer', minimum: 0 },
  },
  'WWW-Authenticate': text('How to authenticate (RFC 6750).', { examples: ['Bearer realm="tidemark"'] }),
  Vary: text('The request headers that the answer depends on.', { examples: ['accept'] }),
  Link: text('Of CSV: the next page (RFC 8288).', { examples: ['<?cursor=…&limit=50>; rel="next"'] }),
  'Tidemark-Read-As-Of': text('Of CSV with `consistency=eventual`: the moment that the answer is about.', {
    format: 'date-time',
  }),
} as const;

export type HeaderName = keyof typeof HEADERS;

/** The request headers that have a meaning of our own. `Authorization` is described by the security scheme. */
export const PARAMETERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description:
      '1 to 255 visible ASCII characters. It belongs to the caller (the name of the API key) and to the wallet. A repeat with ' +
      'the same key, body and `If-Match` gets the first answer again, accepted or ' +
      'rejected, with `Idempotency-Replayed: true`.',
    schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source },
    example: 'order-4711',
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'Accept the command only while the wallet is at this version (as `ETag` gives it); otherwise 412. It is part of the request: ' +
      'another version takes a new `Idempotency-Key`.',
    schema: { type: 'string', pattern: VERSION_TAG.source }, // no example: /docs would send it
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'Answer 304 while the wallet is at this version (as `ETag` gives it).',
    schema: { type: 'string' },
  },
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    description: 'An id for this request in our log. One that is too long or has other characters is replaced.',
    schema: { type: 'string' },
  },
} as const;

/** @returns the `headers` of a response */
export function headerRefs(names: Iterable<HeaderName>): Record<string, { $ref: string }> {
  return Object.fromEntries([...new Set(names)].map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** @returns one of the `parameters` of an operation */
export function parameterRef(name: keyof typeof PARAMETERS): { $ref: string } {
  return { $ref: `#/components/parameters/${name}` };
}
