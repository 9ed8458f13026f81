import { eq } from 'drizzle-orm';
import { checkpointsColumn } from './checkpoints.js';
import type { Drizzle } from './read-model.js';
import { projections } from './schema.js';

/**
 * The pointer to a projection's live build, and its checkpoints: one row to join a page to. A subquery of its own, because
 * CockroachDB gathers the checkpoints again for every row of what they are selected beside (an apply join).
 */
export function liveBuild(drizzle: Drizzle, projection: string) {
  return drizzle
    .select({ live: projections.liveGeneration, checkpoints: checkpointsColumn().as('checkpoints') })
    .from(projections)
    .where(eq(projections.name, projection))
    .as('build');
}
