import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { MovementSearch } from '@tidemark/wallet';
import { readMovement, type BookedMovement } from '../read-model/movement.query.js';
import { ReadModel } from '../read-model/read-model.js';

/** Reads a booked movement with the lines of every wallet, and what was reversed of it. Undefined where there is none. */
export class GetMovementQuery extends Query<BookedMovement | undefined> {
  constructor(readonly search: MovementSearch) {
    super();
  }
}

@QueryHandler(GetMovementQuery)
export class GetMovementHandler implements IQueryHandler<GetMovementQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws ProjectionBehind, EventFromTheFuture */
  execute({ search }: GetMovementQuery): Promise<BookedMovement | undefined> {
    return this.readModel.retrying(() => readMovement(this.readModel, search));
  }
}
