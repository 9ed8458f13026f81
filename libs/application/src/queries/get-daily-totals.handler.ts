import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { decodeCursor, encodeCursor, requireGeneration } from '../read-model/cursor.js';
import { readDailyTotals, type DailyTotal, type DailyTotalsFilter } from '../read-model/daily-totals.query.js';
import { dailyTotalsPlaceOf, dailyTotalsPlaceText } from '../read-model/places.js';
import { readProjected, type Freshness } from '../read-model/projected-list.js';
import { ReadModel } from '../read-model/read-model.js';
import { pageOf, type PageRequest, type ProjectedPage } from './page.js';

export interface DailyTotalsRequest extends PageRequest, DailyTotalsFilter, Freshness {}

/** Lists what was moved each day, oldest first, by region, currency and type of event. */
export class GetDailyTotalsQuery extends Query<ProjectedPage<DailyTotal>> {
  constructor(readonly asked: DailyTotalsRequest) {
    super();
  }
}

@QueryHandler(GetDailyTotalsQuery)
export class GetDailyTotalsHandler implements IQueryHandler<GetDailyTotalsQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws InvalidCursor, ProjectionBehind, PositionNotReached, TimeNotReached */
  async execute({ asked }: GetDailyTotalsQuery): Promise<ProjectedPage<DailyTotal>> {
    const { from, to, currency, region, limit, minPosition, consistency } = asked;
    const list = ['daily-totals', from, to, currency, region].map((part) => part ?? '').join(' ');
    const cursor = asked.cursor === undefined ? undefined : decodeCursor(asked.cursor, list);
    const after = cursor && dailyTotalsPlaceOf(cursor.after);
    const { live, totals, standing } = await readProjected(
      this.readModel,
      { projection: 'daily_totals', minPosition, before: to && endOf(to), consistency },
      (reading, builds) => readDailyTotals(reading, { from, to, currency, region, builds, after, limit: limit + 1 }),
    );
    requireGeneration(cursor, live);
    const cursorAfter = (last: DailyTotal) =>
      encodeCursor({ list, generation: live!, after: dailyTotalsPlaceText(last) });
    return { ...pageOf(totals, limit, cursorAfter), ...standing };
  }
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The beginning of the next day, in UTC. */
function endOf(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + DAY_MS).toISOString();
}
