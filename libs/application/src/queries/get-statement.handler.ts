import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { shardOf, type Position } from '@tidemark/event-store';
import type { Movement } from '@tidemark/projections';
import { asOf } from '../read-model/checkpoints.js';
import { decodeCursor, encodeCursor, requireGeneration, versionOf } from '../read-model/cursor.js';
import { ReadModel } from '../read-model/read-model.js';
import { readStatement } from '../read-model/statement.query.js';
import { waitForPosition } from '../read-model/wait-for-position.js';
import { pageOf, type PageRequest, type ProjectedPage } from './page.js';

export interface StatementRequest extends PageRequest {
  /** Wait until the statement has seen everything up to here. */
  readonly minPosition?: Position | undefined;
}

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

  /** @throws InvalidCursor, ProjectionBehind */
  async execute({ walletId, asked }: GetStatementQuery): Promise<ProjectedPage<Movement> | undefined> {
    const { limit, minPosition } = asked;
    const list = `statement ${walletId}`;
    const cursor = asked.cursor === undefined ? undefined : decodeCursor(asked.cursor, list);
    const after = cursor === undefined ? 0 : versionOf(cursor);
    return this.readModel.retrying(async () => {
      if (minPosition !== undefined) await waitForPosition(this.readModel, 'movements', minPosition, shardOf(walletId));
      const { live, checkpoints, movements } = await this.readModel.fromLive('movements', (builds) =>
        readStatement(this.readModel, { builds, walletId, after, limit: limit + 1 }),
      );
      if (!movements) return undefined;
      requireGeneration(cursor, live);
      const cursorAfter = ({ version }: Movement) => encodeCursor({ list, generation: live!, after: String(version) });
      return {
        ...pageOf(movements, limit, cursorAfter),
        asOf: await asOf(this.readModel.database, checkpoints, Date.now()),
      };
    });
  }
}
