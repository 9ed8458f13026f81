import type { INestApplication, Type } from '@nestjs/common';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { documentOf } from './document-of.js';
import { declarationsOf } from './route-declaration.js';

/** Serves `/openapi.json`, and `/docs` from files of this installation alone. */
export function serveDocumentation(app: INestApplication, controllers: readonly Type[]): void {
  const document = documentOf(declarationsOf(controllers)) as OpenAPIObject;
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tidemark API',
    swaggerOptions: { displayRequestDuration: true, defaultModelsExpandDepth: 0, validatorUrl: null },
  });
}
