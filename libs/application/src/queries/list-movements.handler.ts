import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Movement } from '@tidemark/projections';
import { decodeCursor, encodeCursor, requireGeneration } from '../read-model/cursor.js';
import { listNameOf } from '../read-model/list-digest.js';
import { readByReference } from '../read-model/movements-by-reference.query.js';
import { linePlaceOf, linePlaceText } from '../read-model/places.js';
import { readProjected, type Freshness } from '../read-model/projected-list.js';
import { ReadModel } from '../read-model/read-model.js';
import { pageOf, type PageRequest, type ProjectedPage } from './page.js';

export interface MovementsRequest extends PageRequest, Freshness {
  readonly reference: string;
}

/** Lists the lines that have a reference, of every wallet, by wallet and version. */
export class ListMovementsQuery extends Query<ProjectedPage<Movement>> {
  constructor(readonly asked: MovementsRequest) {
    super();
  }
}

@QueryHandler(ListMovementsQuery)
export class ListMovementsHandler implements IQueryHandler<ListMovementsQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws InvalidCursor, ProjectionBehind, PositionNotReached, ListsBusy */
  async execute({ asked }: ListMovementsQuery): Promise<ProjectedPage<Movement>> {
    const { reference, limit, minPosition, consistency } = asked;
    const list = listNameOf('movements', [reference]);
    const cursor = asked.cursor === undefined ? undefined : decodeCursor(asked.cursor, list);
    const after = cursor && linePlaceOf(cursor.after);
    const { live, movements, standing } = await readProjected(
      this.readModel,
      { projection: 'movements', minPosition, consistency },
      (reading, builds) => readByReference(reading, { builds, reference, after, limit: limit + 1 }),
    );
    requireGeneration(cursor, live);
    const cursorAfter = (last: Movement) => encodeCursor({ list, generation: live!, after: linePlaceText(last) });
    return { ...pageOf(movements, limit, cursorAfter), ...standing };
  }
}
