import { Money } from '@tidemark/money';
import { plainNotation, walletMovements, type LiveBuilds } from '@tidemark/projections';
import { and, asc, eq, sql, type SQL } from 'drizzle-orm';
import { checkpointsOf, type Checkpoint, type StoredCheckpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';
import { ofBuilds } from './of-builds.js';
import type { Reading } from './reading.js';
import { StatementTooLong, type Posted } from './statement-balances.js';
import type { Order } from './statement.query.js';

/**
 * Movements of a wallet that a statement by effective time may have to look at. They are sorted for each page, because no index
 * has their order: some 30 ms of the database.
 */
export const EFFECTIVE_LINES_MAX = 20_000;

/** Which lines of a statement by effective time: `effectiveAt`, or the recorded time where a movement has none. */
export interface EffectiveRange {
  readonly walletId: string;
  /** ISO 8601, UTC; `from` is included, `to` is not. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly reference?: string | undefined;
}

/** A line's place in the order, and the balance after it in that order. */
export interface EffectiveLine {
  readonly version: number;
  /** Canonical. */
  readonly balanceAfter: string;
}

export interface EffectivePage {
  readonly live: string | undefined;
  readonly checkpoints: readonly Checkpoint[];
  readonly lines: readonly EffectiveLine[];
  /** How many lines the range has. */
  readonly count: number;
  readonly opening: Posted;
  readonly closing: Posted;
}

/**
 * One page of a wallet's lines by effective time, then version, in some builds, with the balances around the range. All in one
 * statement, so they agree.
 *
 * @throws StatementTooLong
 */
export async function readByEffectiveTime(
  reading: Reading,
  asked: EffectiveRange & { builds: LiveBuilds; order: Order; beyond: number | undefined; limit: number },
): Promise<EffectivePage> {
  const { drizzle, database, regions } = reading;
  const { walletId, from, to, reference, builds, order, beyond, limit } = asked;
  const picked = drizzle
    .select({
      version: walletMovements.version,
      currency: walletMovements.currency,
      amount: sql`${walletMovements.amount}::decimal`.as('amount_number'),
      at: sql`COALESCE(${walletMovements.effectiveAt}, ${walletMovements.recordedAt})`.as('effective'),
      reference: walletMovements.reference,
    })
    .from(walletMovements)
    .where(and(ofBuilds(walletMovements, builds, regions), eq(walletMovements.walletId, walletId)))
    .orderBy(asc(walletMovements.version))
    .limit(EFFECTIVE_LINES_MAX + 1)
    .as('lines');
  const isIn = sql.join(
    [
      ...(from === undefined ? [] : [sql`effective >= ${from}::timestamptz`]),
      ...(to === undefined ? [] : [sql`effective < ${to}::timestamptz`]),
      ...(reference === undefined ? [] : [sql`reference = ${reference}`]),
      sql`true`,
    ],
    sql` AND `,
  );
  const build = liveBuild(reading, 'movements', builds);
  const direction = sql.raw(order === 'oldest' ? 'ASC' : 'DESC');
  const { rows } = await drizzle.execute<Row>(sql`
WITH picked AS (SELECT * FROM ${picked}),
running AS (
  SELECT version, effective, reference, sum(amount_number) OVER (PARTITION BY currency ORDER BY effective, version) AS balance
  FROM picked),
page AS (
  SELECT version, balance, effective FROM running
  WHERE ${isIn} ${beyond === undefined ? sql`` : isBeyond(order, beyond)}
  ORDER BY effective ${direction}, version ${direction} LIMIT ${limit}::int8)
SELECT ${build.live} AS live, ${build.checkpoints} AS checkpoints,
  (SELECT count(*) FROM picked) AS total,
  (SELECT count(*) FROM picked WHERE ${isIn}) AS count,
  (SELECT json_agg(json_build_array(version::text, balance::text) ORDER BY effective ${direction}, version ${direction}) FROM page) AS lines,
  (SELECT json_object_agg(currency, sum::text) FROM (${sumsBefore(from ?? '-infinity')}) o) AS opening,
  (SELECT json_object_agg(currency, sum::text) FROM (${sumsBefore(to ?? 'infinity')}) c) AS closing
FROM ${build}`);
  const [row] = rows;
  if (Number(row?.total ?? 0) > EFFECTIVE_LINES_MAX) {
    throw new StatementTooLong(
      `wallet ${walletId} has more than ${EFFECTIVE_LINES_MAX} movements: a statement of it is by booking time only`,
    );
  }
  return {
    live: row?.live,
    checkpoints: checkpointsOf(database, regions, row?.checkpoints ?? null),
    lines: (row?.lines ?? []).map(([version, balance]) => ({
      version: Number(version),
      balanceAfter: plainNotation(balance),
    })),
    count: Number(row?.count ?? 0),
    opening: postedOf(row?.opening),
    closing: postedOf(row?.closing),
  };
}

type Sums = Readonly<Record<string, string>> | null;

interface Row extends Record<string, unknown> {
  live: string;
  checkpoints: StoredCheckpoint[] | null;
  total: string;
  count: string;
  lines: [string, string][] | null;
  opening: Sums;
  closing: Sums;
}

function sumsBefore(time: string): SQL {
  return sql`SELECT currency, sum(amount_number) AS sum FROM picked WHERE effective < ${time}::timestamptz GROUP BY currency`;
}

function isBeyond(order: Order, version: number): SQL {
  const comparison = sql.raw(order === 'oldest' ? '>' : '<');
  return sql`AND (effective, version) ${comparison} (SELECT effective, version FROM picked WHERE version = ${version}::int8)`;
}

function postedOf(sums: Sums | undefined): Posted {
  return new Map(
    Object.entries(sums ?? {}).map(([code, sum]) => [code, Money.fromCanonical(plainNotation(sum), code)]),
  );
}
