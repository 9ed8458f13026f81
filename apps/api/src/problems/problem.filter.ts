import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@tidemark/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AllowedMethods } from '../http/allowed-methods.js';
import { Problem, PROBLEM_MEDIA_TYPE } from './problem.js';
import { problemOf } from './problem-of.js';

/** Answers every error, ours and the frameworks', as a problem. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly allowedMethods: AllowedMethods,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = this.problem(error, request);
    sendProblem(problem, request, reply);
  }

  private problem(error: unknown, request: FastifyRequest): Problem {
    const problem = problemOf(error);
    if (problem?.code === 'not_found') return this.allowedMethods.problemFor(request) ?? problem;
    if (problem) return problem;
    const { method, id: requestId } = request;
    this.logger.error(
      { err: error, method, route: request.routeOptions?.url, requestId },
      'a request failed with an unexpected error',
    );
    return new Problem(
      'internal_error',
      'the request could not be served; the reason is in the log, under the request id',
    );
  }
}

/** Sends a problem, unless the answer is on its way already. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  if (reply.sent || reply.raw.headersSent) return;
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .header('x-request-id', request.id)
    .type(PROBLEM_MEDIA_TYPE)
    .send(Buffer.from(JSON.stringify(problem.toBody(request.id)))); // to text Fastify would add a charset, which this type does not have
}
