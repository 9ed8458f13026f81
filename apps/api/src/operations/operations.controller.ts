import { Body, Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GetOperationQuery, GetOperationsQuery, RequestOperationCommand } from '@tidemark/application';
import type { Action, ArgumentsOf } from '@tidemark/projections';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequiresEither } from '../http/authentication.js';
import { identityOf, refuseIfMatch, refuseQuery } from '../http/request-headers.js';
import { Documented } from '../openapi/documented.js';
import * as docs from '../openapi/operations.docs.js';
import { Problem } from '../problems/problem.js';
import { Asks } from './asks.js';
import { requireProjection } from './known-projection.js';
import { operationOf, type OperationAnswer, type OperationsAnswer } from './projections.answers.js';
import {
  operationBodies as bodies,
  operationsQuery,
  projectionName,
  type BodyOf,
  type OperationsQuery,
} from './projections.schemas.js';

const PROJECTIONS = 'v1/operations/projections';
const Projection = () => Param('projection', { schema: projectionName });
const Reply = () => Res({ passthrough: true });

/** What operators ask of projections: recorded here, carried out by a worker. */
@Controller(PROJECTIONS)
export class OperationsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Get('operations')
  @RequiresEither('read', 'operate')
  @Documented(docs.operations)
  async list(@Query({ schema: operationsQuery }) asked: OperationsQuery): Promise<OperationsAnswer> {
    if (asked.projection !== undefined) requireProjection(asked.projection);
    const { entries, nextCursor } = await this.queries.execute(new GetOperationsQuery(asked));
    return { operations: entries.map(operationOf), more: nextCursor !== undefined, nextCursor };
  }

  @Get('operations/:operationId')
  @RequiresEither('read', 'operate')
  @Documented(docs.operation)
  async read(@Param('operationId', { schema: z.string() }) id: string): Promise<OperationAnswer> {
    const known = z.guid().safeParse(id).success;
    const found = known ? await this.queries.execute(new GetOperationQuery(id)) : undefined;
    if (!found) throw new Problem('operation_not_found', 'there is no operation with this id');
    return operationOf(found);
  }

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
    const identity = identityOf(request);
    refuseIfMatch(request);
    refuseQuery(request);
    requireProjection(projection);
    const asked = { action, projection, arguments: body };
    const { operation, replayed } = await this.commands.execute(new RequestOperationCommand(asked, identity));
    reply.header('location', `/${PROJECTIONS}/operations/${operation.operationId}`);
    if (replayed) reply.code(200).header('idempotency-replayed', 'true');
    return operationOf(operation);
  }
}
