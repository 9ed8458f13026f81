import type { Database } from '@tidemark/database';
import { positionOf, type Position } from '@tidemark/event-store';
import { and, asc, eq, gt, inArray, like, sql, type SQL } from 'drizzle-orm';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';
import type { ReadModel } from './read-model.js';
import { walletBalances } from './schema.js';

/** A projected row as it is stored. */
export interface ListedWallet {
  readonly walletId: string;
  readonly region: string;
  readonly version: number;
  readonly position: Position;
  readonly stateVersion: number;
  readonly state: string;
  readonly updatedAt: string;
}

export interface WalletsPage {
  readonly live: string | undefined;
  readonly checkpoints: readonly Checkpoint[];
  readonly rows: readonly ListedWallet[];
}

/** One page of the projected wallets of one build, by wallet id. */
export async function listWallets(
  { drizzle, database, regions }: ReadModel,
  asked: { generation: string; after: string; prefix: string | undefined; limit: number },
): Promise<WalletsPage> {
  const page = drizzle
    .select({
      walletId: walletBalances.walletId,
      region: walletBalances.region,
      version: walletBalances.version,
      position: sql<string>`${walletBalances.position}::text`.as('position_text'),
      stateVersion: walletBalances.stateVersion,
      state: walletBalances.state,
      updatedAt: walletBalances.updatedAt,
    })
    .from(walletBalances)
    .where(
      and(
        eq(walletBalances.generation, asked.generation),
        inArray(walletBalances.region, [...regions]),
        gt(walletBalances.walletId, asked.after),
        regions.length > 1 ? isLatest(regions) : undefined,
        asked.prefix === undefined ? undefined : like(walletBalances.walletId, startsWith(asked.prefix)),
      ),
    )
    .orderBy(asc(walletBalances.walletId))
    .limit(asked.limit)
    .as('page');
  const { walletId, region, version, position, stateVersion, state, updatedAt } = page;
  const build = liveBuild(drizzle, 'balances');
  const found = await drizzle
    .select({
      live: build.live,
      checkpoints: build.checkpoints,
      ...{ walletId, region, version, position, stateVersion, state, updatedAt },
    })
    .from(build)
    .leftJoin(page, sql`true`)
    .orderBy(asc(walletId));
  return {
    live: found[0]?.live,
    checkpoints: checkpointsOf(database, regions, found[0]?.checkpoints ?? null),
    rows: found.flatMap(({ live: _live, checkpoints: _checkpoints, ...row }) =>
      // An empty page still is one row of the join, for the pointer and the checkpoints.
      row.walletId === null ? [] : listed(database, row as Row),
    ),
  };
}

type Row = Omit<ListedWallet, 'version'> & { version: string };

function listed({ engine }: Pick<Database, 'engine'>, { version, position, ...row }: Row): ListedWallet {
  return { ...row, version: Number(version), position: positionOf(engine, position) };
}

/** A wallet that has moved has a row in each region that it has lived in; the one of its last event counts. */
function isLatest(regions: readonly string[]): SQL {
  const { generation, walletId, version } = walletBalances;
  const names = sql.join(
    regions.map((region) => sql`${region}`),
    sql`, `,
  );
  return sql`NOT EXISTS (
    SELECT 1 FROM wallet_balances later
    WHERE later.generation = ${generation} AND later.region IN (${names}) AND later.wallet_id = ${walletId}
      AND later.version > ${version})`;
}

function startsWith(prefix: string): string {
  return `${prefix.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
