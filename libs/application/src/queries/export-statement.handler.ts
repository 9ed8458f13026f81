import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Movement } from '@tidemark/projections';
import type { Freshness, Standing } from '../read-model/projected-list.js';
import { ReadModel } from '../read-model/read-model.js';
import { readRange, type StatementRange } from '../read-model/statement-range.js';
import { StatementTooLong, type RangeBalance } from '../read-model/statement-balances.js';

/** Lines that are read at once: some 400 KB. */
const LINES_AT_ONCE = 1_000;

/** All lines of a range, read as they are asked for. */
export interface StatementExport extends Standing {
  readonly balances: readonly RangeBalance[];
  readonly pages: AsyncIterable<readonly Movement[]>;
}

/** Reads all of a range of a statement, up to a bound. Undefined when no such wallet was opened. */
export class ExportStatementQuery extends Query<StatementExport | undefined> {
  /** @param linesMax more are refused */
  constructor(
    readonly walletId: string,
    readonly asked: StatementRange & Freshness,
    readonly linesMax: number,
  ) {
    super();
  }
}

@QueryHandler(ExportStatementQuery)
export class ExportStatementHandler implements IQueryHandler<ExportStatementQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws ProjectionBehind, PositionNotReached, TimeNotReached, StatementTooLong, ListsBusy */
  async execute(query: ExportStatementQuery): Promise<StatementExport | undefined> {
    const { walletId, asked, linesMax } = query;
    // What is sorted for each page is read at once, or lines that are booked meanwhile would move the others.
    const limit = asked.by === 'effective' ? linesMax : LINES_AT_ONCE;
    const countMax = linesMax + 1;
    const first = await readRange(this.readModel, walletId, asked, { beyond: undefined, limit, countMax });
    if (!first) return undefined;
    if (first.count > linesMax) {
      throw new StatementTooLong(`the range has more than ${linesMax} lines: choose a shorter one, or turn pages`);
    }
    return { balances: first.balances, ...first.standing, pages: this.pages(query, first) };
  }

  /** As many lines as there were at first: what is booked meanwhile comes after them, or before the first of them. */
  private async *pages(
    { walletId, asked }: ExportStatementQuery,
    first: { readonly live: string | undefined; readonly movements: readonly Movement[]; readonly count: number },
  ): AsyncGenerator<readonly Movement[]> {
    yield first.movements;
    let last = first.movements.at(-1);
    for (let left = first.count - first.movements.length; left > 0 && last;) {
      const part = { beyond: last.version, limit: Math.min(left, LINES_AT_ONCE) };
      const next = await readRange(this.readModel, walletId, asked, part);
      if (!next || next.live !== first.live || next.movements.length === 0) {
        throw new Error(`the statement of wallet ${walletId} was built again while it was read`);
      }
      yield next.movements;
      left -= next.movements.length;
      last = next.movements.at(-1);
    }
  }
}
