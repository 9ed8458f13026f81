import type { Database } from '@tidemark/database';
import { positionOf } from '@tidemark/event-store';
import { walletMovements, type LiveBuilds, type Movement } from '@tidemark/projections';
import { and, asc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';
import { ofBuilds } from './of-builds.js';
import type { Reading } from './reading.js';
import { wallets } from './schema.js';

export interface StatementPage {
  readonly live: string | undefined;
  readonly checkpoints: readonly Checkpoint[];
  /** Undefined when no such wallet was opened. */
  readonly movements: readonly Movement[] | undefined;
}

/** One page of the lines of a wallet's statement in some builds, oldest first. */
export async function readStatement(
  reading: Reading,
  asked: { builds: LiveBuilds; walletId: string; after: number; limit: number },
): Promise<StatementPage> {
  const { drizzle, database, regions } = reading;
  const { generation: _generation, position: _position, ...columns } = getTableColumns(walletMovements);
  const page = drizzle
    .select({ ...columns, position: sql<string>`${walletMovements.position}::text`.as('position_text') })
    .from(walletMovements)
    .where(
      and(
        ofBuilds(walletMovements, asked.builds, regions),
        eq(walletMovements.walletId, asked.walletId),
        gt(walletMovements.version, String(asked.after)),
      ),
    )
    .orderBy(asc(walletMovements.version))
    .limit(asked.limit)
    .as('page');
  const { walletId, region, version, position, type, movementId, amount, currency, balanceAfter } = page;
  const { counterparty, reference, description, effectiveAt, recordedAt, account } = page;
  const build = liveBuild(reading, 'movements', asked.builds);
  const found = await drizzle
    .select({
      live: build.live,
      checkpoints: build.checkpoints,
      ...{ walletId, region, version, position, type, movementId, amount, currency, balanceAfter },
      ...{ counterparty, reference, description, effectiveAt, recordedAt, account },
    })
    .from(wallets)
    .leftJoin(build, sql`true`)
    .leftJoin(page, sql`true`)
    .where(eq(wallets.walletId, asked.walletId))
    .orderBy(asc(page.version));
  const first = found[0];
  if (!first) return { live: undefined, checkpoints: [], movements: undefined };
  return {
    live: first.live ?? undefined,
    checkpoints: checkpointsOf(database, regions, first.checkpoints),
    movements: found.flatMap(({ live: _live, checkpoints: _checkpoints, ...row }) =>
      // An empty page still is one row of the join, for the pointer and the checkpoints.
      row.version === null ? [] : movementOf(database, row as Row),
    ),
  };
}

type Row = Omit<Movement, 'version'> & { version: string };

function movementOf({ engine }: Pick<Database, 'engine'>, row: Row): Movement {
  return { ...row, version: Number(row.version), position: positionOf(engine, row.position) };
}
