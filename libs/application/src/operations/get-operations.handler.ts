import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { findOperation, listOperations, type Operation } from '@tidemark/operations';
import { ReadModel } from '../read-model/read-model.js';
import { pageOf, type Page, type PageRequest } from '../queries/page.js';
import { decodeCursor, encodeCursor, uuidOf } from '../read-model/cursor.js';

/** The audit record: what operators asked of one projection or of all, the newest first. */
export class GetOperationsQuery extends Query<Page<Operation>> {
  constructor(readonly asked: PageRequest & { readonly projection?: string | undefined }) {
    super();
  }
}

@QueryHandler(GetOperationsQuery)
export class GetOperationsHandler implements IQueryHandler<GetOperationsQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws InvalidCursor */
  async execute({ asked: { projection, limit, cursor } }: GetOperationsQuery): Promise<Page<Operation>> {
    const list = `operations ${projection ?? ''}`;
    const before = cursor === undefined ? undefined : uuidOf(decodeCursor(cursor, list));
    const which = { before, limit: limit + 1, ...(projection !== undefined && { projection }) };
    const read = await this.readModel.listing(() => listOperations(this.readModel.database, which));
    return pageOf(read, limit, ({ operationId }) => encodeCursor({ list, generation: 'log', after: operationId }));
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
