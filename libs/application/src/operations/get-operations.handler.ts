import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { findOperation, listOperations, type Operation } from '@tidemark/projections';
import { ReadModel } from '../read-model/read-model.js';
import { cutOff, type CutList } from './cut-list.js';

/** The audit record: what operators asked of one projection or of all, the newest first. */
export class GetOperationsQuery extends Query<CutList<Operation>> {
  constructor(readonly asked: { readonly projection?: string | undefined; readonly limit: number }) {
    super();
  }
}

@QueryHandler(GetOperationsQuery)
export class GetOperationsHandler implements IQueryHandler<GetOperationsQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  execute({ asked: { projection, limit } }: GetOperationsQuery): Promise<CutList<Operation>> {
    const which = { limit: limit + 1, ...(projection !== undefined && { projection }) };
    return this.readModel.retrying(async () => cutOff(await listOperations(this.readModel.database, which), limit));
  }
}

/** One operation: how far it is, or what came of it. */
export class GetOperationQuery extends Query<Operation | undefined> {
  /** @param operationId a UUID */
  constructor(readonly operationId: string) {
    super();
  }
}

@QueryHandler(GetOperationQuery)
export class GetOperationHandler implements IQueryHandler<GetOperationQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  execute({ operationId }: GetOperationQuery): Promise<Operation | undefined> {
    return this.readModel.retrying(() => findOperation(this.readModel.database, operationId));
  }
}
