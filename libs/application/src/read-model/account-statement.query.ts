import { positionOf, readEvents, type RecordedEvent, domainEvent, type Position } from '@tidemark/event-store';
import { Money, type Currency } from '@tidemark/money';
import { generationIn, journalEntries, plainNotation, type LiveBuilds } from '@tidemark/projections';
import { statementLineOf, type MovementDetails, type OutsideAccount } from '@tidemark/wallet';
import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';
import { ofBuilds } from './of-builds.js';
import type { JournalPlace } from './places.js';
import type { Reading } from './reading.js';

/** What one event moved between a wallet and an account of the outside. */
export interface AccountLine {
  readonly walletId: string;
  readonly version: number;
  readonly position: Position;
  readonly type: string;
  readonly movementId: string;
  /** Signed as in the journal: positive where the account got it. */
  readonly amount: Money;
  readonly details: MovementDetails;
  readonly recordedAt: string;
}

/** Which lines: one account and currency, and a time that is over. Times are ISO 8601, UTC. */
export interface AccountLinesAsked {
  readonly builds: LiveBuilds;
  readonly account: OutsideAccount;
  readonly currency: Currency;
  /** Recorded at or after. */
  readonly from: string | undefined;
  /** Recorded before. */
  readonly to: string;
  readonly after: JournalPlace | undefined;
  readonly limit: number;
}

export interface AccountLines {
  readonly live: string | undefined;
  readonly checkpoints: readonly Checkpoint[];
  readonly lines: readonly AccountLine[];
  /** What was booked before `from`, for the first page; undefined for a later one. */
  readonly before: Money | undefined;
}

/** One page of what the journal has on an account, oldest first. What it said besides is read from the log. */
export async function readAccountLines(reading: Reading, asked: AccountLinesAsked): Promise<AccountLines> {
  const { database, regions } = reading;
  const page = pageOf(reading, asked).as('page');
  const { region, walletId, version, recordedAt, position, type, movementId, amount } = page;
  const build = liveBuild(reading, 'journal', asked.builds);
  const found = await reading.drizzle
    .select({
      live: build.live,
      checkpoints: build.checkpoints,
      ...{ region, walletId, version, recordedAt, position, type, movementId, amount },
    })
    .from(build)
    .leftJoin(page, sql`true`)
    .orderBy(asc(recordedAt), asc(walletId), asc(version));
  const rows = found.flatMap(({ live: _live, checkpoints: _checkpoints, ...row }) =>
    // An empty page still is one row of the join, for the pointer and the checkpoints.
    row.walletId === null ? [] : [{ ...row, version: Number(row.version) } as Row],
  );
  const events = await readEvents(database, rows);
  const detailsOf = new Map(events.map((event) => [keyOf(event), said(event)]));
  return {
    live: found[0]?.live,
    checkpoints: checkpointsOf(database, regions, found[0]?.checkpoints ?? null),
    before: asked.after ? undefined : await sumBefore(reading, asked),
    lines: rows.map(({ region: _region, ...row }) => ({
      ...row,
      position: positionOf(database.engine, row.position),
      amount: Money.fromCanonical(row.amount, asked.currency.code),
      details: detailsOf.get(keyOf(row)) ?? {},
    })),
  };
}

type Row = Omit<AccountLine, 'amount' | 'details'> & { region: string; amount: string };

const keyOf = ({ walletId, version }: Pick<RecordedEvent, 'walletId' | 'version'>) => `${walletId} ${version}`;

function said(event: RecordedEvent): MovementDetails {
  return statementLineOf(domainEvent(event))?.details ?? {};
}

const { region, walletId, version, recordedAt, type, movementId, amount } = journalEntries;
const ORDER = [recordedAt, walletId, version].map(({ name }) => asc(sql.identifier(name)));

/** Of each region by the index. Line 1 is the one that is on no wallet's account. */
function pageOf(reading: Reading, asked: AccountLinesAsked) {
  const [first, second, ...rest] = reading.regions.map((home) => ofRegion(reading, asked, home));
  return second
    ? unionAll(first!, second, ...rest)
        .orderBy(...ORDER)
        .limit(asked.limit)
    : first!;
}

function ofRegion({ drizzle }: Reading, asked: AccountLinesAsked, home: string) {
  const { from, to, after, limit } = asked;
  return drizzle
    .select({
      ...{ region, walletId, version, recordedAt, type, movementId, amount },
      position: sql<string>`${journalEntries.position}::text`.as('position_text'),
    })
    .from(journalEntries)
    .where(
      and(
        ...linesOf(asked),
        ...[eq(journalEntries.generation, generationIn(asked.builds, home)), eq(region, home)],
        ...[lt(recordedAt, to), from === undefined ? undefined : gte(recordedAt, from)],
        after &&
          sql`(${recordedAt}, ${walletId}, ${version}) >
            (${after.recordedAt}::timestamptz, ${after.walletId}::text, ${after.version}::int8)`,
      ),
    )
    .orderBy(asc(recordedAt), asc(walletId), asc(version))
    .limit(limit);
}

/** All that the account got before the page, less what it gave. It costs a read of those lines, once for each statement. */
async function sumBefore({ drizzle, regions }: Reading, asked: AccountLinesAsked): Promise<Money> {
  const zero = Money.zero(asked.currency);
  if (asked.from === undefined) return zero;
  const [row] = await drizzle
    .select({ sum: sql<string | null>`sum(${amount}::decimal)::text` })
    .from(journalEntries)
    .where(and(...linesOf(asked), ofBuilds(journalEntries, asked.builds, regions), lt(recordedAt, asked.from)));
  const sum = row?.sum ?? null;
  return sum === null ? zero : Money.of(plainNotation(sum), asked.currency);
}

function linesOf({ account, currency }: AccountLinesAsked) {
  // A literal, because an index WHERE line = 1 is not used for a parameter.
  return [
    sql`${journalEntries.line} = 1`,
    eq(journalEntries.account, account),
    eq(journalEntries.currency, currency.code),
  ];
}
