import { LIVE_BUILDS, type LiveBuilds } from '@tidemark/projections';
import { eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { checkpointsColumn } from './checkpoints.js';
import type { Reading } from './reading.js';
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
