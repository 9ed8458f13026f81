import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { readInput } from '../problems/input-problem.js';

const PLACES = { body: 'body', query: 'query', param: 'path', custom: 'body' } as const;

/**
 * Reads a body, path or query parameter by its `schema`. Nest's own StandardSchemaValidationPipe would do, but it deletes
 * keys named `constructor` or `prototype` without a word, and does not say which parameter was wrong.
 */
@Injectable()
export class RequestPipe implements PipeTransform {
  transform(value: unknown, { schema, data, type }: ArgumentMetadata): unknown {
    return schema ? readInput(schema as unknown as z.ZodType, value, PLACES[type], data) : value;
  }
}
