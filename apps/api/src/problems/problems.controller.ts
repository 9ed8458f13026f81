import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { chooseMediaType } from '../http/media-types.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/problems.docs.js';
import { Problem } from './problem.js';
import { problemPage } from './problem-page.js';
import { PROBLEM_CODES, PROBLEM_TYPES, type ProblemCode } from './problem-types.js';
import type { ProblemTypeAnswer, ProblemTypesAnswer } from './problem.schema.js';

const problemCode = z.string().meta({ description: 'The `code` of a problem.', example: 'insufficient_funds' });

/** The pages that the `type` of every problem links to. */
@Controller('problems')
export class ProblemsController {
  @Get()
  @Documented(docs.problemTypes)
  list(): ProblemTypesAnswer {
    return { problems: PROBLEM_CODES.map(answerOf) };
  }

  @Get(':code')
  @Documented(docs.problemType)
  read(
    @Param('code', { schema: problemCode }) code: string,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ProblemTypeAnswer | string {
    const known = PROBLEM_CODES.find((each) => each === code);
    if (!known) throw new Problem('problem_not_found', 'no problem has this code; GET /problems lists all');
    reply.header('vary', 'accept');
    if (chooseMediaType(headers.accept, ['application/json', 'text/html']) === 'application/json') {
      return answerOf(known);
    }
    reply.type('text/html; charset=utf-8');
    return problemPage(answerOf(known));
  }
}

function answerOf(code: ProblemCode): ProblemTypeAnswer {
  const { status, title, meaning, remedy } = PROBLEM_TYPES[code];
  return { type: `/problems/${code}`, code, status, title, meaning, remedy };
}
