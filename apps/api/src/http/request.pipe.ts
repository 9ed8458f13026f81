import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { unstorableTexts } from './unstorable-texts.js';
import { validationProblem } from '../problems/validation-problem.js';

/**
 * Reads a body, path or query parameter by its `schema`. Nest's own StandardSchemaValidationPipe would do, but it deletes
 * keys named `constructor` or `prototype` without a word, and does not say which parameter was wrong. What no database can store
 * is refused here for every endpoint, before its schema is asked.
 */
@Injectable()
export class RequestPipe implements PipeTransform {
  async transform(value: unknown, { schema, data }: ArgumentMetadata): Promise<unknown> {
    if (!schema) return value;
    const unstorable = unstorableTexts(value);
    if (unstorable.length > 0) throw validationProblem(unstorable, data);
    const result = await schema['~standard'].validate(value);
    if (result.issues) throw validationProblem(result.issues, data);
    return result.value;
  }
}
