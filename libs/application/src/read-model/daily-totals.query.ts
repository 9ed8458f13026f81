import { generationIn, plainNotation, totalsByDay, type LiveBuilds } from '@tidemark/projections';
import { and, asc, eq, gte, lte, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';
import type { DailyTotalsPlace } from './places.js';
import type { Reading } from './reading.js';

/** What was moved on one day, in one region and currency, by events of one type. */
export interface DailyTotal {
  /** `YYYY-MM-DD`, UTC, of recording. */
  readonly day: string;
  readonly region: string;
  readonly currency: string;
  readonly type: string;
  /** Canonical. */
  readonly amount: string;
  /** How many events. */
  readonly count: number;
}

/** Which totals; all by default. Days are `YYYY-MM-DD`, and both belong to the span. */
export interface DailyTotalsFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly currency?: string | undefined;
  readonly region?: string | undefined;
}

export interface DailyTotalsPage {
  readonly live: string | undefined;
  readonly checkpoints: readonly Checkpoint[];
  readonly totals: readonly DailyTotal[];
}

type Asked = DailyTotalsFilter & { builds: LiveBuilds; after: DailyTotalsPlace | undefined; limit: number };

/** One page of the daily totals of some builds, by day (oldest first), currency, type and region, all shards added up. */
export async function readDailyTotals(reading: Reading, asked: Asked): Promise<DailyTotalsPage> {
  const { drizzle, database, regions } = reading;
  const page = pageOfTotals(reading, asked).as('page');
  const { day, region, currency, type, amount, count } = page;
  const build = liveBuild(reading, 'daily_totals', asked.builds);
  const found = await drizzle
    .select({
      live: build.live,
      checkpoints: build.checkpoints,
      ...{ day, region, currency, type, amount, count },
    })
    .from(build)
    .leftJoin(page, sql`true`)
    .orderBy(asc(day), asc(currency), asc(type), asc(region));
  return {
    live: found[0]?.live,
    checkpoints: checkpointsOf(database, regions, found[0]?.checkpoints ?? null),
    totals: found.flatMap(({ live: _live, checkpoints: _checkpoints, ...row }) =>
      // An empty page still is one row of the join, for the pointer and the checkpoints.
      row.day === null ? [] : [totalOf(row as Row)],
    ),
  };
}

/** A page's worth of each region, in the order of the primary key so that it stops there, and the first of those. */
function pageOfTotals(reading: Reading, asked: Asked) {
  const regions = asked.region === undefined ? reading.regions : [asked.region];
  const [first, second, ...rest] = regions.map((region) => ofRegion(reading, asked, region));
  if (!second) return first!;
  const order = ['day', KEY.currency.name, KEY.type.name, KEY.region.name].map((name) => asc(sql.identifier(name)));
  return unionAll(first!, second, ...rest)
    .orderBy(...order)
    .limit(asked.limit);
}

const { day, region, currency, type } = totalsByDay;
const KEY = { region, currency, type };

function ofRegion({ drizzle }: Reading, { builds, from, to, after, limit, ...asked }: Asked, home: string) {
  return drizzle
    .select({
      day: sql<string>`${day}::text`.as('day'),
      ...KEY,
      amount: sql<string>`sum(${totalsByDay.amount})::text`.as('amounts'),
      count: sql<string>`sum(${totalsByDay.count})::text`.as('counts'),
    })
    .from(totalsByDay)
    .where(
      and(
        ...[eq(totalsByDay.generation, generationIn(builds, home)), eq(region, home)],
        from === undefined ? undefined : gte(day, from),
        to === undefined ? undefined : lte(day, to),
        asked.currency === undefined ? undefined : eq(currency, asked.currency),
        // The first finds the day in the key, the second leaves out what of that day was on the page before.
        after && gte(day, after.day),
        after &&
          sql`(${day}, ${currency}, ${type}, ${region}) >
            (${after.day}::date, ${after.currency}::text, ${after.type}::text, ${after.region}::text)`,
      ),
    )
    .groupBy(region, day, currency, type)
    .orderBy(asc(day), asc(currency), asc(type))
    .limit(limit);
}

type Row = Omit<DailyTotal, 'count'> & { count: string };

function totalOf({ amount, count, ...key }: Row): DailyTotal {
  return { ...key, amount: plainNotation(amount), count: Number(count) };
}
