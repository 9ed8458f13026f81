import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetOperationQuery, GetOperationsQuery } from '@tidemark/application/nest';
import { z } from 'zod';
import { RequiresEither } from '../http/authentication.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/operations.docs.js';
import { Problem } from '../problems/problem.js';
import { operationOf, type OperationAnswer, type OperationsAnswer } from './projections.answers.js';
import { requireProjection, operationId, operationsQuery, type OperationsQuery } from './projections.schemas.js';

/** Where the audit record is, without a slash in front. */
export const OPERATIONS = 'v1/operations';

/**
 * The operations that operators asked for, with their results. The second path is the older one. It is still served and no longer
 * described, because `projections/operations/{operationId}` and `projections/{projection}/parked` are ambiguous.
 */
@Controller([OPERATIONS, `${OPERATIONS}/projections/operations`])
export class OperationsController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get()
  @RequiresEither('read', 'operate')
  @Documented(docs.operations)
  async list(@Query({ schema: operationsQuery }) asked: OperationsQuery): Promise<OperationsAnswer> {
    if (asked.projection !== undefined) requireProjection(asked.projection);
    const { entries, nextCursor } = await this.queries.execute(new GetOperationsQuery(asked));
    return { operations: entries.map(operationOf), more: nextCursor !== undefined, nextCursor };
  }

  @Get(':operationId')
  @RequiresEither('read', 'operate')
  @Documented(docs.operation)
  async read(@Param('operationId', { schema: operationId }) id: string): Promise<OperationAnswer> {
    const known = z.guid().safeParse(id).success;
    const found = known ? await this.queries.execute(new GetOperationQuery(id)) : undefined;
    if (!found) throw new Problem('operation_not_found', 'there is no operation with this id');
    return operationOf(found);
  }
}
