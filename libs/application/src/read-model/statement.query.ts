import type { Database } from '@tidemark/database';
import { positionOf } from '@tidemark/event-store';
import { statementWallets, walletMovements, type LiveBuilds, type Movement } from '@tidemark/projections';
import { and, asc, desc, eq, getTableColumns, gt, inArray, lt, lte, sql, type SQL } from 'drizzle-orm';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';
import { ofBuilds } from './of-builds.js';
import type { Reading } from './reading.js';
import { wallets } from './schema.js';

export type Order = 'oldest' | 'newest';

/** Which lines of a statement by booking time: versions `after < version <= upTo`. */
export interface BookedRange {
  readonly walletId: string;
  readonly after: number;
  readonly upTo: number;
  readonly reference?: string | undefined;
}

/** What the projection keeps of a wallet, as it is stored. */
export interface StoredState {
  readonly version: number;
  readonly stateVersion: number;
  readonly state: string;
}

export interface StatementPage {
  readonly live: string | undefined;
  readonly checkpoints: readonly Checkpoint[];
  /** Undefined when no such wallet was opened. */
  readonly movements: readonly Movement[] | undefined;
  /** The wallet after everything that the projection has seen of it; undefined before it has seen any. */
  readonly stored: StoredState | undefined;
}

/** One page of the lines of a wallet's statement in some builds, by version. */
export async function readStatement(
  reading: Reading,
  asked: BookedRange & { builds: LiveBuilds; order: Order; beyond: number | undefined; limit: number },
): Promise<StatementPage> {
  const { drizzle, database, regions } = reading;
  const { order, beyond, limit } = asked;
  const page = drizzle
    .select({ ...COLUMNS, position: sql<string>`${walletMovements.position}::text`.as('position_text') })
    .from(walletMovements)
    .where(and(inRange(reading, asked), beyond === undefined ? undefined : isBeyond(order, beyond)))
    .orderBy(inOrder(order, walletMovements.version))
    .limit(limit)
    .as('page');
  const { walletId, region, version, position, type, movementId, amount, currency, balanceAfter } = page;
  const { counterparty, reference, description, effectiveAt, recordedAt, account } = page;
  const build = liveBuild(reading, 'movements', asked.builds);
  const stored = storedState(reading, asked);
  const found = await drizzle
    .select({
      live: build.live,
      checkpoints: build.checkpoints,
      ...{ storedVersion: stored.storedVersion, stateVersion: stored.stateVersion, state: stored.state },
      ...{ walletId, region, version, position, type, movementId, amount, currency, balanceAfter },
      ...{ counterparty, reference, description, effectiveAt, recordedAt, account },
    })
    .from(wallets)
    .leftJoin(build, sql`true`)
    .leftJoin(stored, sql`true`)
    .leftJoin(page, sql`true`)
    .where(eq(wallets.walletId, asked.walletId))
    .orderBy(inOrder(order, page.version));
  const first = found[0];
  if (!first) return { live: undefined, checkpoints: [], movements: undefined, stored: undefined };
  const { storedVersion, stateVersion, state } = first;
  return {
    live: first.live ?? undefined,
    checkpoints: checkpointsOf(database, regions, first.checkpoints),
    stored:
      state === null || storedVersion === null
        ? undefined
        : { version: Number(storedVersion), stateVersion: Number(stateVersion), state },
    movements: found.flatMap(({ live: _live, checkpoints: _checkpoints, ...row }) =>
      // An empty page still is one row of the join, for the pointer and the checkpoints.
      row.version === null ? [] : movementOf(database, row as unknown as Row),
    ),
  };
}

/** The lines of a wallet at some versions, in that order. */
export async function readLines(
  reading: Reading,
  builds: LiveBuilds,
  wallet: string,
  versions: readonly number[],
): Promise<Movement[]> {
  if (versions.length === 0) return [];
  const { drizzle, database, regions } = reading;
  const rows = await drizzle
    .select({ ...COLUMNS, position: sql<string>`${walletMovements.position}::text` })
    .from(walletMovements)
    .where(
      and(
        ...[ofBuilds(walletMovements, builds, regions), eq(walletMovements.walletId, wallet)],
        inArray(walletMovements.version, versions.map(String)),
      ),
    );
  const byVersion = new Map(rows.map((row) => [Number(row.version), movementOf(database, row as Row)]));
  return versions.flatMap((version) => byVersion.get(version) ?? []);
}

/** How many lines there are, counted up to `max`. */
export async function countLines(
  reading: Reading,
  builds: LiveBuilds,
  range: BookedRange,
  max: number,
): Promise<number> {
  const { drizzle } = reading;
  const some = drizzle
    .select({ one: sql<number>`1`.as('one') })
    .from(walletMovements)
    .where(inRange(reading, { ...range, builds }))
    .limit(max)
    .as('some');
  const [row] = await drizzle.select({ count: sql<string>`count(*)` }).from(some);
  return Number(row!.count);
}

const { generation: _generation, position: _position, ...COLUMNS } = getTableColumns(walletMovements);

function inRange({ regions }: Reading, asked: BookedRange & { builds: LiveBuilds }): SQL | undefined {
  return and(
    ofBuilds(walletMovements, asked.builds, regions),
    eq(walletMovements.walletId, asked.walletId),
    asked.after > 0 ? gt(walletMovements.version, String(asked.after)) : undefined,
    asked.upTo < Number.MAX_SAFE_INTEGER ? lte(walletMovements.version, String(asked.upTo)) : undefined,
    asked.reference === undefined ? undefined : isReference(asked.reference),
  );
}

/** With the condition of the index, or it would not be used for a parameter. */
export function isReference(reference: string): SQL {
  return sql`${walletMovements.reference} IS NOT NULL AND ${walletMovements.reference} = ${reference}`;
}

function isBeyond(order: Order, version: number): SQL {
  return order === 'oldest'
    ? gt(walletMovements.version, String(version))
    : lt(walletMovements.version, String(version));
}

function inOrder(order: Order, version: Parameters<typeof asc>[0]): SQL {
  return order === 'oldest' ? asc(version) : desc(version);
}

/** A wallet that has moved has a row in each region that it has lived in; the last one counts. */
function storedState({ drizzle, regions }: Reading, { builds, walletId }: { builds: LiveBuilds; walletId: string }) {
  return drizzle
    .select({
      storedVersion: sql<string>`${statementWallets.version}`.as('stored_version'),
      stateVersion: sql<number>`${statementWallets.stateVersion}`.as('stored_state_version'),
      state: sql<string>`${statementWallets.state}`.as('stored_state'),
    })
    .from(statementWallets)
    .where(and(ofBuilds(statementWallets, builds, regions), eq(statementWallets.walletId, walletId)))
    .orderBy(desc(statementWallets.version))
    .limit(1)
    .as('stored');
}

type Row = Omit<Movement, 'version'> & { version: string };

function movementOf({ engine }: Pick<Database, 'engine'>, row: Row): Movement {
  const { walletId, region, type, movementId, amount, currency, balanceAfter } = row;
  const { counterparty, reference, description, effectiveAt, recordedAt, account } = row;
  return {
    ...{ walletId, region, version: Number(row.version), position: positionOf(engine, row.position), type, movementId },
    ...{ amount, currency, balanceAfter, counterparty, reference, description, effectiveAt, recordedAt, account },
  };
}
