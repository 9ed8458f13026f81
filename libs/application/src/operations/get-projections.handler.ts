import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { projectionStatus, type Status } from '@tidemark/operations';
import { ReadModel } from '../read-model/read-model.js';

/** Every projection with its builds and their lag in every region, and the worker of each shard. */
export class GetProjectionsQuery extends Query<Status> {}

@QueryHandler(GetProjectionsQuery)
export class GetProjectionsHandler implements IQueryHandler<GetProjectionsQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  execute(): Promise<Status> {
    const { database, regions } = this.readModel;
    return this.readModel.listing(() => projectionStatus(database, regions, Date.now()));
  }
}
