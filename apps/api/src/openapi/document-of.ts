import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import { z } from 'zod';
import { problemSchema } from '../problems/problem.schema.js';
import { TAGS } from './endpoint-docs.js';
import { headerRefs, HEADERS, parameterRef, PARAMETERS, type HeaderName } from './headers.js';
import { problemResponses } from './problem-responses.js';
import type { RouteDeclaration } from './route-declaration.js';

const ABOUT = `Wallets whose every balance follows from an append-only log.

- Amounts are strings, exact to the currency's last digit: \`{"amount": "10.00", "currency": "EUR"}\`.
- Every POST carries an \`Idempotency-Key\`; repeating it is always safe. A rejection is kept
  under the key as well: to try again, use a new one.
- Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`; \`GET /problems/{code}\` says what to do.
- 503 means that nothing is wrong with the request: send it again, with the same key, after \`Retry-After\`.`;

const KEY = `An API key (\`tm_…\`, made by \`tidemark keys create\`) with one of the scopes that the operation names. While no key
has ever been made, a service on a loopback address answers without one.`;

export type OpenApiDocument = ReturnType<typeof createDocument>;

/**
 * The OpenAPI 3.1 document of a service.
 *
 * @param routes every endpoint that it describes; a schema with an `id` in its metadata becomes a named component
 */
export function documentOf(routes: readonly RouteDeclaration[]): OpenApiDocument {
  const byPath = Map.groupBy(routes, ({ path }) => path);
  const paths = [...byPath].map(([path, ofPath]) => [
    path,
    Object.fromEntries(ofPath.map((route) => [route.method, operationOf(route)])),
  ]);
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Tidemark',
        version: '1',
        description: ABOUT,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'The service that this document comes from.' }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths: Object.fromEntries(paths) as ZodOpenApiPathsObject,
      components: {
        schemas: { Problem: problemSchema },
        headers: HEADERS as never,
        parameters: PARAMETERS as never,
        securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: KEY } },
      },
    },
    { override: asCallersSeeIt },
  );
}

function operationOf(route: RouteDeclaration): ZodOpenApiOperationObject {
  const { scopes, params, query, body, docs } = route;
  const { operationId, tag, summary, description, once, ifMatch = false, ifNoneMatch = false } = docs;
  const always = headersOfEveryAnswer(route);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: scopes.map((scope) => ({ apiKey: [scope] })),
    parameters: [
      ...(once ? [parameterRef('IdempotencyKey')] : []),
      ...(ifMatch ? [parameterRef('IfMatch')] : []),
      ...(ifNoneMatch ? [parameterRef('IfNoneMatch')] : []),
      parameterRef('RequestId'),
    ],
    requestParams: {
      ...(Object.keys(params).length > 0 && { path: z.object(params) }),
      ...(query && { query: query as z.ZodObject }),
    },
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: body } },
      },
    }),
    responses: { ...answers(docs, always), ...problemResponses(route) },
  };
}

function headersOfEveryAnswer({ scopes, docs }: RouteDeclaration): HeaderName[] {
  return [
    'X-Request-Id',
    ...(scopes.length > 0 ? (['Server-Timing'] as const) : []),
    ...(docs.servedAtHome ? (['Tidemark-Home-Region'] as const) : []),
  ];
}

function answers({ answer, once, ifNoneMatch = false }: RouteDeclaration['docs'], always: readonly HeaderName[]) {
  const { description, schema, texts = {}, headers = [] } = answer;
  const content = {
    ...(schema && { 'application/json': { schema } }),
    ...Object.fromEntries(
      Object.entries(texts).map(([type, example]) => [type, { schema: { type: 'string' as const }, example }]),
    ),
  };
  const all = [...always, ...headers];
  const unchanged = { description: 'The wallet is still at this version.', headers: headerRefs(all) };
  if (!once) {
    return {
      200: { description, headers: headerRefs(all), content },
      ...(ifNoneMatch && { 304: unchanged }),
    };
  }
  const dry = headers.includes('Tidemark-Dry-Run');
  const again = `The first answer again${dry ? ', or what a dry run would do' : ''}. Nothing was done now.`;
  return {
    [once]: { description, headers: headerRefs(all.filter((name) => name !== 'Tidemark-Dry-Run')), content },
    200: { description: again, headers: headerRefs([...all, 'Idempotency-Replayed']), content },
  };
}

/**
 * Three things that JSON Schema would say otherwise than callers see them. A number in a query arrives as text, and is
 * described as the number it is piped into. Answers may get more fields some day, so others are not ruled out. What zod adds
 * for its own sake (the range of safe integers, read-only arrays) is left out.
 */
const asCallersSeeIt: ZodOpenApiOverride = ({ jsonSchema, zodSchema, io }) => {
  const { def } = zodSchema._zod;
  if (def.type === 'default' && isNumberAsText(def.innerType) && io === 'input') jsonSchema.default = def.defaultValue;
  if (isNumberAsText(zodSchema) && io === 'input') {
    const { $schema: _, ...number } = z.toJSONSchema(zodSchema.out);
    for (const key of ['type', 'pattern'] as const) delete jsonSchema[key];
    Object.assign(jsonSchema, number);
  }
  if (def.type === 'object' && io === 'output' && !def.catchall) delete jsonSchema.additionalProperties;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  delete jsonSchema.readOnly;
  const { example } = jsonSchema as { example?: unknown };
  if (example === undefined) return;
  delete (jsonSchema as { example?: unknown }).example;
  jsonSchema.examples = [example];
};

function isNumberAsText(schema: unknown): schema is z.ZodPipe<z.ZodType, z.ZodNumber> {
  return schema instanceof z.ZodPipe && schema.out instanceof z.ZodNumber;
}
