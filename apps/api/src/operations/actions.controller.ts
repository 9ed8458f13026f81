import { applyDecorators, Body, Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RequestOperationCommand } from '@tidemark/application/nest';
import type { Action, ArgumentsOf } from '@tidemark/operations';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { commandIdentityOf, refuseIfMatch, refuseQuery } from '../http/request-headers.js';
import { Documented } from '../openapi/endpoint-docs.js';
import { askedFor } from '../openapi/operations.docs.js';
import { OPERATIONS } from './operations.controller.js';
import { operationOf, type OperationAnswer } from './projections.answers.js';
import { operationBodies as bodies, projectionName, requireProjection, type BodyOf } from './projections.schemas.js';

const Projection = () => Param('projection', { schema: projectionName });
const Reply = () => Res({ passthrough: true });

const ACCEPTED = 202;

/** An endpoint that asks workers for an action on a projection: the method takes `projection` from its path. */
function Asks(action: Action): MethodDecorator {
  return applyDecorators(
    Post(`:projection/${action}`),
    HttpCode(ACCEPTED),
    Requires('operate'),
    Documented(askedFor(action)),
  );
}

/** What operators ask of projections: recorded here, carried out by a worker. */
@Controller('v1/operations/projections')
export class ActionsController {
  constructor(@Inject(CommandBus) private readonly commands: CommandBus) {}

  @Asks('rebuild')
  rebuild(
    @Projection() name: string,
    @Body({ schema: bodies.rebuild }) body: BodyOf<'rebuild'>,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    return this.ask('rebuild', name, body, request, reply);
  }

  @Asks('verify')
  verify(
    @Projection() name: string,
    @Body({ schema: bodies.verify }) body: BodyOf<'verify'>,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    return this.ask('verify', name, body, request, reply);
  }

  @Asks('diff')
  diff(
    @Projection() name: string,
    @Body({ schema: bodies.diff }) body: BodyOf<'diff'>,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    return this.ask('diff', name, body, request, reply);
  }

  @Asks('swap')
  swap(
    @Projection() name: string,
    @Body({ schema: bodies.swap }) body: BodyOf<'swap'>,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    return this.ask('swap', name, body, request, reply);
  }

  @Asks('rollback')
  rollback(
    @Projection() name: string,
    @Body({ schema: bodies.rollback }) body: BodyOf<'rollback'>,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    return this.ask('rollback', name, body, request, reply);
  }

  @Asks('drop')
  drop(
    @Projection() name: string,
    @Body({ schema: bodies.drop }) body: BodyOf<'drop'>,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    return this.ask('drop', name, body, request, reply);
  }

  @Asks('retry')
  retry(
    @Projection() name: string,
    @Body({ schema: bodies.retry }) body: BodyOf<'retry'>,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    return this.ask('retry', name, body, request, reply);
  }

  private async ask<A extends Action>(
    action: A,
    projection: string,
    body: ArgumentsOf<A> & object,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<OperationAnswer> {
    const identity = commandIdentityOf(request);
    refuseIfMatch(request);
    refuseQuery(request);
    requireProjection(projection);
    const asked = { action, projection, arguments: body };
    const { operation, replayed } = await this.commands.execute(new RequestOperationCommand(asked, identity));
    reply.header('location', `/${OPERATIONS}/${operation.operationId}`);
    if (replayed) reply.code(200).header('idempotency-replayed', 'true');
    return operationOf(operation);
  }
}
