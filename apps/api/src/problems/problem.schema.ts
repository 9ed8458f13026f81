import { z } from 'zod';
import { money } from '../schemas/answers.js';
import { PROBLEM_CODES } from './problem-types.js';
import { PLACES } from './problem.js';

const code = z.enum(PROBLEM_CODES).meta({
  id: 'ProblemCode',
  description: 'Stable: what programs should look at. `GET /problems/{code}` says what each means.',
  example: 'insufficient_funds',
});

const fieldError = z
  .object({
    place: z.enum(PLACES).meta({ description: 'The part of the request.' }),
    path: z.string().meta({ description: 'The field, such as `legs.0.amount`; empty: all of it.', example: 'amount' }),
    message: z.string().meta({ description: 'The reason.' }),
  })
  .meta({ id: 'FieldError', description: 'What is wrong with one field of a request.' });

/** The body of every error (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().meta({ format: 'uri-reference', example: '/problems/insufficient_funds' }),
    title: z.string().meta({ description: 'The same for all problems of this code.' }),
    status: z.number().int().min(400).max(599),
    detail: z.string().meta({ description: 'One sentence about this occurrence, for people.' }),
    code,
    details: z
      .record(z.string(), z.union([z.string(), z.number(), money, z.array(z.string())]))
      .optional()
      .meta({ description: 'The facts behind a rejection.' }),
    errors: z.array(fieldError).optional().meta({ description: 'Of `invalid_request`: each field that is wrong.' }),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'Every error has this form (RFC 9457).' });

export const problemTypeAnswer = problemSchema
  .pick({ type: true, code: true, status: true, title: true })
  .extend({
    meaning: z.string().meta({ description: 'What has happened.' }),
    remedy: z.string().meta({ description: 'What the caller should do.' }),
  })
  .meta({ id: 'ProblemType' });

export const problemTypesAnswer = z.object({ problems: z.array(problemTypeAnswer) }).meta({ id: 'ProblemTypeList' });

export type ProblemTypeAnswer = z.infer<typeof problemTypeAnswer>;
export type ProblemTypesAnswer = z.infer<typeof problemTypesAnswer>;
