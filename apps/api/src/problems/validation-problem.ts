import type { StandardSchemaV1 } from '@standard-schema/spec';
import { Problem, type FieldError } from './problem.js';

/** More would help nobody, and their number is up to whoever wrote the body. */
const ERRORS_MAX = 20;

type Issue = StandardSchemaV1.Issue & { readonly code?: string; readonly errors?: readonly (readonly Issue[])[] };

/**
 * The problem of a request that is not of the expected form.
 *
 * @param parameter the name of the path or query parameter that was read; undefined for a body
 */
export function validationProblem(issues: readonly StandardSchemaV1.Issue[], parameter: string | undefined): Problem {
  const prefix = parameter === undefined ? [] : [parameter];
  const errors = issues.flatMap((issue) => fieldErrors(issue, prefix)).slice(0, ERRORS_MAX);
  const first = errors[0];
  const detail = first
    ? `${first.path === '' ? 'the body' : first.path}: ${first.message}`
    : 'the request is malformed';
  return new Problem('invalid_request', detail, { errors });
}

function fieldErrors(issue: Issue, prefix: readonly string[]): FieldError[] {
  const path = [...prefix, ...(issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))];
  // Of several forms that a body may have, the one it comes closest to tells most.
  const closest = issue.errors?.toSorted((a, b) => a.length - b.length)[0];
  if (closest && closest.length > 0) return closest.flatMap((nested) => fieldErrors(nested, path));
  return [{ path: path.join('.'), message: issue.message }];
}
