import 'reflect-metadata';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { CONTROLLERS } from '../api.module.js';
import { PROBLEM_CODES } from '../problems/problem-types.js';
import { documentOf, type OpenApiDocument } from './document-of.js';
import { declarationsOf } from './route-declaration.js';

const document = documentOf(declarationsOf(CONTROLLERS));
const operations = Object.entries(document.paths!).flatMap(([path, methods]) =>
  (['get', 'post'] as const).flatMap((method) => {
    const operation = methods[method];
    return operation ? [{ path, method, ...operation }] : [];
  }),
);
const operation = (id: string) => operations.find(({ operationId }) => operationId === id)!;

/** As the command line tool of Redocly does it, with its recommended rules. */
async function findings(linted: OpenApiDocument): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const found = await lintFromString({ source: JSON.stringify(linted), absoluteRef: '/openapi.json', config });
  return found.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

describe('the OpenAPI document', () => {
  it('passes the recommended rules of Redocly', async () => {
    expect(await findings(document)).toEqual([]);
    const { '/health/live': live, ...others } = document.paths!;
    expect(await findings({ ...document, paths: { ...others, '/live/': { ...live, post: live!.get! } } })).toEqual(
      expect.arrayContaining([expect.stringMatching(/^operation-operationId-unique/)]),
    );
  });

  it('is 3.1, and names each operation once', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const ids = operations.map(({ operationId }) => operationId!);
    expect(ids).toEqual([...new Set(ids)]);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]*$/);
    expect(operations.length).toBeGreaterThan(25);
  });

  it('describes parameters with the types and bounds that validate them', () => {
    const limits = operations.flatMap(({ parameters = [] }) =>
      parameters.filter((parameter) => 'name' in parameter && parameter.name === 'limit'),
    );
    expect(limits.length).toBeGreaterThan(5);
    for (const limit of limits) {
      expect(limit).toMatchObject({ in: 'query', schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } });
    }
    const { parameters } = operation('deposit');
    expect(parameters).toContainEqual({ $ref: '#/components/parameters/IdempotencyKey' });
    expect(document.components!.schemas!['Amount']).toMatchObject({ type: 'string', pattern: expect.any(String) });
    expect(document.components!.schemas!['Deposit']).toMatchObject({ additionalProperties: false });
  });

  it('has named schemas, and answers that may grow', () => {
    const schemas = document.components!.schemas!;
    const names = ['Money', 'Wallet', 'Balance', 'Problem', 'ProblemCode', 'FieldError', 'Position', 'Standing'];
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining([...names, 'Operation', 'JournalEntry', 'Statement']));
    expect(schemas['ProblemCode']).toMatchObject({ enum: PROBLEM_CODES });
    expect(schemas['Wallet']).not.toHaveProperty('additionalProperties');
    expect(JSON.stringify(document)).not.toMatch(/"readOnly"|9007199254740991|"bearerFormat"/);
  });

  it('says which scope of a key each operation needs, and which need none', () => {
    const security = Object.fromEntries(operations.map((each) => [each.operationId, each.security]));
    expect(security).toMatchObject({
      deposit: [{ apiKey: ['write'] }],
      readWallet: [{ apiKey: ['read'] }],
      listOperations: [{ apiKey: ['read'] }, { apiKey: ['operate'] }],
      rebuildProjection: [{ apiKey: ['operate'] }],
      checkLiveness: [],
      readProblemType: [],
    });
  });

  it('names the headers of answers', () => {
    const headersOf = (id: string, status: string) => Object.keys(operation(id).responses![status].headers);
    expect(headersOf('openWallet', '201')).toEqual(expect.arrayContaining(['Location', 'ETag', 'Server-Timing']));
    expect(headersOf('deposit', '200')).toContain('Idempotency-Replayed');
    expect(headersOf('deposit', '503')).toContain('Retry-After');
  });

  it('names Retry-After for the answers that send it, and for no other', () => {
    const named = document.components!.responses as Record<string, OpenApiResponse>;
    const answers = operations.flatMap(({ operationId, responses }) =>
      Object.entries(responses as Record<string, OpenApiResponse>).map(([status, response]) => {
        const resolved = response.$ref ? named[response.$ref.split('/').at(-1)!]! : response;
        const codes = resolved.content?.['application/problem+json']?.schema.allOf[1]!.properties.code.enum ?? [];
        const sends = status === '503' || codes.includes('time_not_reached');
        return { operationId, status, sends, named: 'Retry-After' in resolved.headers };
      }),
    );
    expect(answers.filter((each) => each.named !== each.sends)).toEqual([]);
    const which = (status: string) => answers.filter((each) => each.named && each.status === status).length;
    expect([which('409'), which('503')]).toEqual([expect.toSatisfy((n) => n > 2), expect.toSatisfy((n) => n > 20)]);
  });
});

interface OpenApiResponse {
  readonly $ref?: string;
  readonly headers: object;
  readonly content?: Record<string, { schema: { allOf: { properties: { code: { enum: string[] } } }[] } }>;
}
