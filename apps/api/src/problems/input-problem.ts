import { plainReason } from '@tidemark/observability';
import type { z } from 'zod';
import { unstorableTexts } from '../http/unstorable-texts.js';
import { Problem, type FieldError, type Place } from './problem.js';
import type { ProblemCode } from './problem-types.js';

/** The request decides how many faults there are, so the list has a bound. */
const ERRORS_MAX = 20;

/** What is wrong with one field: where it is, as in `legs.0.amount` (empty: all of it), and the reason. */
export type Fault = Omit<FieldError, 'place'>;

/**
 * The problem of a request that cannot be understood: it names the part of the request, the field and the reason. Every error
 * of input is made here.
 *
 * @param faults one at least; the first one is told in `detail`
 */
export function inputProblem(
  place: Place,
  faults: readonly [Fault, ...Fault[]],
  code: ProblemCode = 'invalid_request',
): Problem {
  const [first] = faults;
  const errors = faults.slice(0, ERRORS_MAX).map(({ path, message }) => ({ place, path, message }));
  return new Problem(code, `${nameOf(place, first.path)}: ${first.message}`, { errors });
}

/**
 * Reads a part of a request by its schema. What no database can store is refused first, whatever the schema says.
 *
 * @param name of the parameter that was read; absent for a body and for a query as a whole
 * @throws Problem `invalid_request`
 */
export function readInput<S extends z.ZodType>(schema: S, value: unknown, place: Place, name?: string): z.infer<S> {
  const prefix = name === undefined ? [] : [name];
  const unstorable = unstorableTexts(value, prefix);
  if (unstorable.length > 0) {
    const faults = unstorable.map(({ path, message }) => ({ path: path.join('.'), message }));
    throw inputProblem(place, faults as [Fault, ...Fault[]]);
  }
  const { data, error } = schema.safeParse(value, { error: plainReason });
  if (!error) return data;
  const faults = error.issues.flatMap((issue) => faultsOf(issue, prefix));
  throw inputProblem(place, faults as [Fault, ...Fault[]]);
}

function faultsOf(issue: z.core.$ZodIssue, prefix: readonly string[]): Fault[] {
  const path = [...prefix, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: issue.message }));
  }
  // A body may have several forms. The faults are those of the form that it is closest to.
  const forms = issue.code === 'invalid_union' ? issue.errors : issue.code === 'invalid_key' ? [issue.issues] : [];
  const [closest = []] = forms.toSorted((a, b) => a.length - b.length);
  if (closest.length > 0) return closest.flatMap((nested) => faultsOf(nested, path));
  return [{ path: path.join('.'), message: issue.message }];
}

function nameOf(place: Place, path: string): string {
  if (path === '') return `the ${place}`;
  if (place === 'body') return `the field "${path}" of the body`;
  return place === 'header' ? `the header "${path}"` : `the ${place} parameter "${path}"`;
}
