import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { shardOf } from '@tidemark/event-store';
import type { Movement } from '@tidemark/projections';
import { decodeCursor, encodeCursor, requireGeneration, versionOf } from '../read-model/cursor.js';
import { readProjected, type Freshness } from '../read-model/projected-list.js';
import { ReadModel } from '../read-model/read-model.js';
import { readStatement } from '../read-model/statement.query.js';
import { pageOf, type PageRequest, type ProjectedPage } from './page.js';

export interface StatementRequest extends PageRequest, Freshness {}

/** Lists what moved money in a wallet, oldest first. Undefined when no such wallet was opened. */
export class GetStatementQuery extends Query<ProjectedPage<Movement> | undefined> {
  constructor(
    readonly walletId: string,
    readonly asked: StatementRequest,
  ) {
    super();
  }
}

@QueryHandler(GetStatementQuery)
export class GetStatementHandler implements IQueryHandler<GetStatementQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws InvalidCursor, ProjectionBehind, PositionNotReached */
  async execute({ walletId, asked }: GetStatementQuery): Promise<ProjectedPage<Movement> | undefined> {
    const { limit, minPosition, consistency } = asked;
    const list = `statement ${walletId}`;
    const cursor = asked.cursor === undefined ? undefined : decodeCursor(asked.cursor, list);
    const after = cursor === undefined ? 0 : versionOf(cursor);
    const { live, movements, standing } = await readProjected(
      this.readModel,
      { projection: 'movements', shard: shardOf(walletId), minPosition, consistency },
      (reading, builds) => readStatement(reading, { builds, walletId, after, limit: limit + 1 }),
    );
    if (!movements) return undefined;
    requireGeneration(cursor, live);
    const cursorAfter = ({ version }: Movement) => encodeCursor({ list, generation: live!, after: String(version) });
    return { ...pageOf(movements, limit, cursorAfter), ...standing };
  }
}
