import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Movement } from '@tidemark/projections';
import { decodeCursor, encodeCursor, requireGeneration, versionOf } from '../read-model/cursor.js';
import { listNameOf } from '../read-model/list-digest.js';
import type { Freshness } from '../read-model/projected-list.js';
import { ReadModel } from '../read-model/read-model.js';
import { readRange, type StatementRange } from '../read-model/statement-range.js';
import type { RangeBalance } from '../read-model/statement-balances.js';
import { pageOf, type PageRequest, type ProjectedPage } from './page.js';

export interface StatementRequest extends PageRequest, Freshness, StatementRange {}

/** A page of a statement, and what the wallet held before and after the whole range. */
export interface StatementPage extends ProjectedPage<Movement> {
  readonly balances: readonly RangeBalance[];
}

/** Lists what moved money in a wallet. Undefined when no such wallet was opened. */
export class GetStatementQuery extends Query<StatementPage | undefined> {
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

  /** @throws InvalidCursor, ProjectionBehind, PositionNotReached, TimeNotReached, StatementTooLong */
  async execute({ walletId, asked }: GetStatementQuery): Promise<StatementPage | undefined> {
    const { limit } = asked;
    const list = nameOf(walletId, asked);
    const cursor = asked.cursor === undefined ? undefined : decodeCursor(asked.cursor, list);
    const beyond = cursor && versionOf(cursor);
    const found = await readRange(this.readModel, walletId, asked, { beyond, limit: limit + 1 });
    if (!found) return undefined;
    const { live, movements, balances, standing } = found;
    requireGeneration(cursor, live);
    const cursorAfter = ({ version }: Movement) => encodeCursor({ list, generation: live!, after: String(version) });
    return { ...pageOf(movements, limit, cursorAfter), balances, ...standing };
  }
}

function nameOf(walletId: string, { order = 'oldest', by = 'booking', from, to, reference }: StatementRange): string {
  return listNameOf(`statement ${walletId}`, [
    ...[order === 'oldest' ? undefined : order, by === 'booking' ? undefined : by],
    ...[from, to, reference],
  ]);
}
