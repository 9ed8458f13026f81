import { generationIn, LIVE_BUILDS, type LiveBuilds } from '@tidemark/projections';
import { and, eq, inArray, or, sql, type SQL } from 'drizzle-orm';
import { alias, type AnyPgColumn } from 'drizzle-orm/pg-core';
import { checkpointsColumn } from './checkpoints.js';
import type { Reading } from './read-model.js';
import { projections } from './schema.js';

/**
 * The pointers to a projection's live builds, as a text, and the checkpoints of those asked for: one row to join a page to. A
 * subquery of its own, because CockroachDB gathers the checkpoints again for every row of what they are selected beside (an
 * apply join).
 */
export function liveBuild({ drizzle, regions }: Reading, projection: string, asked: LiveBuilds) {
  return drizzle
    .select({
      live: sql<string>`${sql.raw(LIVE_BUILDS)}`.as('live'),
      checkpoints: checkpointsColumn(projection, asked, regions).as('checkpoints'),
    })
    .from(p)
    .where(eq(p.name, projection))
    .as('build');
}

/** The name that `LIVE_BUILDS` gives the row. */
const p = alias(projections, 'p');

interface ByBuild {
  readonly generation: AnyPgColumn;
  readonly region: AnyPgColumn;
}

/** Rows of what readers see in some regions: generation and region lead every key, so each region is a range of it. */
export function ofBuilds({ generation, region }: ByBuild, builds: LiveBuilds, regions: readonly string[]): SQL {
  return or(...byGeneration(builds, regions).map(([number, of]) => and(eq(generation, number), inArray(region, of))))!;
}

/** Regions whose readers see the same build. */
export function byGeneration(builds: LiveBuilds, regions: readonly string[]): [string, string[]][] {
  return [...Map.groupBy(regions, (region) => generationIn(builds, region))];
}
