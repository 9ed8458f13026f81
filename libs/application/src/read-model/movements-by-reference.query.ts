import { positionOf } from '@tidemark/event-store';
import { generationIn, walletMovements, type LiveBuilds, type Movement } from '@tidemark/projections';
import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';
import type { LinePlace } from './places.js';
import type { Reading } from './reading.js';
import { isReference } from './statement.query.js';

export interface MovementsPage {
  readonly live: string | undefined;
  readonly checkpoints: readonly Checkpoint[];
  readonly movements: readonly Movement[];
}

/** One page of the lines with a reference in some builds, of every wallet, by wallet and version. */
export async function readByReference(
  reading: Reading,
  asked: { builds: LiveBuilds; reference: string; after: LinePlace | undefined; limit: number },
): Promise<MovementsPage> {
  const { drizzle, database, regions } = reading;
  const page = pageOfRegions(reading, asked).as('page');
  const build = liveBuild(reading, 'movements', asked.builds);
  const { walletId, region, version, position, type, movementId, amount, currency, balanceAfter } = page;
  const { counterparty, reference, description, effectiveAt, recordedAt, account } = page;
  const found = await drizzle
    .select({
      live: build.live,
      checkpoints: build.checkpoints,
      ...{ walletId, region, version, position, type, movementId, amount, currency, balanceAfter },
      ...{ counterparty, reference, description, effectiveAt, recordedAt, account },
    })
    .from(build)
    .leftJoin(page, sql`true`)
    .orderBy(asc(walletId), asc(version));
  return {
    live: found[0]?.live,
    checkpoints: checkpointsOf(database, regions, found[0]?.checkpoints ?? null),
    movements: found.flatMap(({ live: _live, checkpoints: _checkpoints, ...row }) =>
      // An empty page still is one row of the join, for the pointer and the checkpoints.
      row.walletId === null ? [] : [movementOf(row as unknown as Row)],
    ),
  };

  function movementOf({ version, position, ...row }: Row): Movement {
    return { ...row, version: Number(version), position: positionOf(database.engine, position) };
  }
}

type Row = Omit<Movement, 'version'> & { version: string };

/** A page's worth of each region by the index, and the first of those. */
function pageOfRegions(reading: Reading, asked: Parameters<typeof readByReference>[1]) {
  const [first, second, ...rest] = reading.regions.map((region) => ofRegion(reading, asked, region));
  if (!second) return first!;
  const { walletId, version } = walletMovements;
  return unionAll(first!, second, ...rest)
    .orderBy(asc(sql.identifier(walletId.name)), asc(sql.identifier(version.name)))
    .limit(asked.limit);
}

const { generation: _generation, position: _position, ...COLUMNS } = getTableColumns(walletMovements);

function ofRegion(
  { drizzle }: Reading,
  { builds, reference, after, limit }: Parameters<typeof readByReference>[1],
  home: string,
) {
  const { generation, region, walletId, version, position } = walletMovements;
  return drizzle
    .select({ ...COLUMNS, position: sql<string>`${position}::text`.as('position_text') })
    .from(walletMovements)
    .where(
      and(
        ...[eq(generation, generationIn(builds, home)), eq(region, home), isReference(reference)],
        after && sql`(${walletId}, ${version}) > (${after.walletId}::text, ${after.version}::int8)`,
      ),
    )
    .orderBy(asc(walletId), asc(version))
    .limit(limit);
}
