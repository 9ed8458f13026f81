import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { jsonSchemaOf } from './json-schema.js';

const ABOUT = `Wallets whose every balance follows from an append-only log.

- Amounts are strings, exact to the currency's last digit: \`{"amount": "10.00", "currency": "EUR"}\`.
- Every POST carries an \`Idempotency-Key\`; repeating it is always safe.
- Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`.
- 503 means that nothing is wrong with the request: repeat it, with the same key, after \`Retry-After\`.`;

const problem = z
  .object({
    type: z.string().meta({ description: 'A URI reference that names the kind of problem.' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().meta({ description: 'Stable; what programs should look at.' }),
    details: z.record(z.string(), z.unknown()).optional().meta({ description: 'The facts behind a rejection.' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'What is wrong with which field.' }),
    requestId: z.string().optional(),
  })
  .meta({ description: 'RFC 9457.' });

/** Serves `/openapi.json`, and `/docs` from files of this installation alone. */
export function serveDocumentation(app: INestApplication): void {
  const settings = new DocumentBuilder()
    .setTitle('Tidemark')
    .setDescription(ABOUT)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: tm_…' })
    .addTag('Wallets', 'Open, find and read wallets')
    .addTag('Movements', 'Money in and out of one wallet, and its limits')
    .addTag('Transfers', 'Money between wallets')
    .addTag('History', 'What happened to a wallet')
    .addTag('Books', 'The journal of all wallets, and what it adds up to')
    .addTag('Operations', 'For whoever runs the service')
    .build();
  const document = SwaggerModule.createDocument(app, settings, {
    autoTagControllers: false,
    operationIdFactory: (_controller, method) => method,
  });
  SwaggerModule.setup('docs', app, withProblem(document), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tidemark API',
    swaggerOptions: { displayRequestDuration: true, defaultModelsExpandDepth: 0, validatorUrl: null },
  });
}

function withProblem(document: OpenAPIObject): OpenAPIObject {
  const schemas = { ...document.components?.schemas, Problem: jsonSchemaOf(problem) };
  return { ...document, components: { ...document.components, schemas } };
}
