import { generationIn, type LiveBuilds } from '@tidemark/projections';
import { and, eq, inArray, or, type SQL } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';

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
