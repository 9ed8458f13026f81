import type { Database } from '@tidemark/database';
import { positionOf, type Position } from '@tidemark/event-store';
import { walletBalances, type LiveBuilds } from '@tidemark/projections';
import { ARCHIVED_IN_STATE } from '@tidemark/wallet';
import { and, asc, gt, like, sql, type SQL } from 'drizzle-orm';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';
import { byGeneration, ofBuilds } from './of-builds.js';
import type { Reading } from './reading.js';

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

/** One page of the projected wallets of some builds, by wallet id. Archived ones are left out. */
export async function listWallets(
  reading: Reading,
  asked: { builds: LiveBuilds; after: string; prefix: string | undefined; limit: number },
): Promise<WalletsPage> {
  const { drizzle, database, regions } = reading;
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
        ofBuilds(walletBalances, asked.builds, regions),
        gt(walletBalances.walletId, asked.after),
        sql`strpos(${walletBalances.state}, ${ARCHIVED_IN_STATE}) = 0`,
        regions.length > 1 ? isLatest(asked.builds, regions) : undefined,
        asked.prefix === undefined ? undefined : like(walletBalances.walletId, startsWith(asked.prefix)),
      ),
    )
    .orderBy(asc(walletBalances.walletId))
    .limit(asked.limit)
    .as('page');
  const { walletId, region, version, position, stateVersion, state, updatedAt } = page;
  const build = liveBuild(reading, 'balances', asked.builds);
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
function isLatest(builds: LiveBuilds, regions: readonly string[]): SQL | undefined {
  const { walletId, version } = walletBalances;
  const named = (of: readonly string[]) =>
    sql.join(
      of.map((region) => sql`${region}`),
      sql`, `,
    );
  // A condition for each build: CockroachDB does not look an OR of them up by key.
  return and(
    ...byGeneration(builds, regions).map(
      ([generation, of]) => sql`NOT EXISTS (
    SELECT 1 FROM ${walletBalances} later
    WHERE later.generation = ${generation} AND later.region IN (${named(of)}) AND later.wallet_id = ${walletId}
      AND later.version > ${version})`,
    ),
  );
}

function startsWith(prefix: string): string {
  return `${prefix.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
