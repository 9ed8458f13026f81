import { applyDecorators, HttpCode, Post } from '@nestjs/common';
import type { Action } from '@tidemark/operations';
import { Requires } from '../http/authentication.js';
import { Documented } from '../openapi/endpoint-docs.js';
import { askedFor } from '../openapi/operations.docs.js';

const ACCEPTED = 202;

/** An endpoint that asks workers for an action on a projection: the method takes `projection` from its path. */
export function Asks(action: Action): MethodDecorator {
  return applyDecorators(
    Post(`:projection/${action}`),
    HttpCode(ACCEPTED),
    Requires('operate'),
    Documented(askedFor(action)),
  );
}
