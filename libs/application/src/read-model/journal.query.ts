import { positionOf, type Position } from '@tidemark/event-store';
import { generationIn, journalEntries, type LiveBuilds } from '@tidemark/projections';
import { COUNTER_ACCOUNTS, type CounterAccount } from '@tidemark/wallet';
import { and, asc, desc, eq, gte, lt, sql, type SQL } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';
import { ofBuilds } from './of-builds.js';
import type { JournalPlace } from './places.js';
import type { Reading } from './reading.js';

/** What one event moved between accounts. */
export interface JournalEntry {
  readonly walletId: string;
  readonly region: string;
  readonly version: number;
  readonly position: Position;
  readonly type: string;
  /** Of the deposit or withdrawal, or of the transfer. */
  readonly movementId: string;
  /** ISO 8601, UTC. */
  readonly effectiveAt: string | null;
  readonly recordedAt: string;
  /** They sum to zero in each currency. */
  readonly lines: readonly JournalLine[];
}

export interface JournalLine {
  readonly account: string;
  /** Canonical, signed: positive is a credit. */
  readonly amount: string;
  readonly currency: string;
}

/** Which entries; all by default. Times are ISO 8601, UTC. */
export interface JournalFilter {
  readonly walletId?: string | undefined;
  /** What the entry has a line on. */
  readonly counterAccount?: CounterAccount | undefined;
  /** Recorded at or after. */
  readonly from?: string | undefined;
  /** Recorded before. */
  readonly to?: string | undefined;
}

export interface JournalPage {
  readonly live: string | undefined;
  readonly checkpoints: readonly Checkpoint[];
  readonly entries: readonly JournalEntry[];
}

/** One page of the journal in some builds, by recorded time, newest first. */
export async function readJournal(
  reading: Reading,
  asked: JournalFilter & { builds: LiveBuilds; before: JournalPlace | undefined; limit: number },
): Promise<JournalPage> {
  const { drizzle, database, regions } = reading;
  const page = pageOfKeys(reading, asked).as('page');
  const { position, type, movementId, effectiveAt, account, amount, currency } = journalEntries;
  const build = liveBuild(reading, 'journal', asked.builds);
  const found = await drizzle
    .select({
      live: build.live,
      checkpoints: build.checkpoints,
      ...{ ...KEY, position: sql<string>`${position}::text`, type, movementId, effectiveAt },
      ...{ account, amount, currency },
    })
    .from(build)
    .leftJoin(page, sql`true`)
    .leftJoin(
      journalEntries,
      and(
        eq(journalEntries.generation, page.generation),
        eq(region, page.region),
        eq(walletId, page.walletId),
        eq(version, page.version),
      ),
    )
    .orderBy(desc(recordedAt), desc(walletId), desc(version), asc(journalEntries.line));
  const lines = found.flatMap(({ live: _live, checkpoints: _checkpoints, ...row }) =>
    // An empty page still is one row of the join, for the pointer and the checkpoints.
    row.walletId === null ? [] : [row as Row],
  );
  return {
    live: found[0]?.live,
    checkpoints: checkpointsOf(database, regions, found[0]?.checkpoints ?? null),
    entries: [...Map.groupBy(lines, (row) => `${row.walletId} ${row.version}`).values()].map((of) => ({
      ...entryOf(of[0]!),
      position: positionOf(database.engine, of[0]!.position),
      lines: of.map((line) => ({ account: line.account, amount: line.amount, currency: line.currency })),
    })),
  };
}

type Row = Omit<JournalEntry, 'version' | 'lines'> & JournalLine & { version: string };

function entryOf({ account: _account, amount: _amount, currency: _currency, version, ...entry }: Row) {
  return { ...entry, version: Number(version) };
}

type Asked = Parameters<typeof readJournal>[1];

/** The keys of a page's entries: of one wallet by primary key, otherwise of each account and region by the index. */
function pageOfKeys(reading: Reading, asked: Asked) {
  if (asked.walletId !== undefined) return ofWallet(reading, asked, asked.walletId);
  const { counterAccount } = asked;
  const [first, second, ...rest] = reading.regions.flatMap((region) =>
    counterAccount
      ? [ofAccount(reading, asked, region, eq(journalEntries.account, counterAccount))]
      : EVERY_ACCOUNT.map((accounts) => ofAccount(reading, asked, region, accounts)),
  );
  if (!second) return first!;
  const [time, walletId, version] = [KEY.recordedAt, KEY.walletId, KEY.version].map(({ name }) => sql.identifier(name));
  return unionAll(first!, second, ...rest)
    .orderBy(desc(time!), desc(walletId!), desc(version!))
    .limit(asked.limit);
}

const { region, walletId, version, recordedAt } = journalEntries;
const KEY = { region, walletId, version, recordedAt };
const KEY_IN_BUILD = { ...KEY, generation: journalEntries.generation };

/** Recorded times never decrease along a wallet, so the order of versions is the order of time. */
function ofWallet({ drizzle, regions }: Reading, asked: Asked, wallet: string) {
  const { counterAccount, before, limit } = asked;
  return drizzle
    .select(KEY_IN_BUILD)
    .from(journalEntries)
    .where(
      and(
        ...firstLines(asked),
        ...[ofBuilds(journalEntries, asked.builds, regions), eq(walletId, wallet)],
        counterAccount && eq(journalEntries.account, counterAccount),
        before && lt(version, String(before.version)),
      ),
    )
    .orderBy(desc(version))
    .limit(limit);
}

/** The accounts without a name, and those with one together: three ranges of two indexes, however many names there are. */
const EVERY_ACCOUNT = [
  ...COUNTER_ACCOUNTS.map((account) => eq(journalEntries.account, account)),
  // Literally the condition of the index journal_entries_named_outside.
  sql`${journalEntries.account} LIKE 'world:%'`,
];

function ofAccount({ drizzle }: Reading, asked: Asked, home: string, accounts: SQL) {
  const { before, limit } = asked;
  return drizzle
    .select(KEY_IN_BUILD)
    .from(journalEntries)
    .where(
      and(
        ...firstLines(asked),
        ...[eq(journalEntries.generation, generationIn(asked.builds, home)), eq(region, home)],
        accounts,
        before &&
          sql`(${recordedAt}, ${walletId}, ${version}) <
            (${before.recordedAt}::timestamptz, ${before.walletId}::text, ${before.version}::int8)`,
      ),
    )
    .orderBy(desc(recordedAt), desc(walletId), desc(version))
    .limit(limit);
}

function firstLines({ from, to }: Asked): (SQL | undefined)[] {
  return [
    // A literal, because an index WHERE line = 1 is not used for a parameter.
    sql`${journalEntries.line} = 1`,
    from === undefined ? undefined : gte(recordedAt, from),
    to === undefined ? undefined : lt(recordedAt, to),
  ];
}
