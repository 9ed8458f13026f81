import { applyDecorators, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { Action } from '@tidemark/projections';
import type { z } from 'zod';
import { Requires } from '../http/authentication.js';
import { Documented } from '../openapi/documented.js';
import { jsonSchemaOf } from '../openapi/json-schema.js';
import { askedFor } from '../openapi/operations.docs.js';
import { operationAnswer } from './projections.answers.js';
import { operationBodies } from './projections.schemas.js';

const ACCEPTED = 202;

const IDEMPOTENCY_KEY = ApiHeader({
  name: 'Idempotency-Key',
  required: true,
  description:
    '1 to 255 visible ASCII characters, unique within the caller, the projection and the action. A repeat with the same ' +
    'body finds the first operation, with `Idempotency-Replayed: true`.',
  schema: { type: 'string', example: 'incident-4711' },
});

/** An endpoint that asks workers for an action on a projection: the method takes `projection` from its path. */
export function Asks(action: Action): MethodDecorator {
  const body: z.ZodType = operationBodies[action];
  const location = { Location: { description: 'The operation.', schema: { type: 'string' as const } } };
  const content = { 'application/json': { schema: jsonSchemaOf(operationAnswer) } };
  const answer = (status: number, description: string) =>
    ApiResponse({ status, description, content, headers: location });
  return applyDecorators(
    Post(`:projection/${action}`),
    HttpCode(ACCEPTED),
    Requires('operate'),
    Documented(askedFor(action)),
    ApiBody({ required: !body.safeParse(undefined).success, schema: jsonSchemaOf(body) }),
    IDEMPOTENCY_KEY,
    answer(ACCEPTED, 'Recorded: a worker carries it out. `Location` tells how far it is.'),
    answer(200, 'The first operation again, with `Idempotency-Replayed: true`.'),
  );
}
