import type { Database } from '@tidemark/database';
import { generationIn, liveBuilds } from '../live-builds.js';
import type { Projection } from '../projection.js';
import { OperationRefused } from '../rebuilding/build-records.js';
import { compareWithLog, type ComparisonOptions } from '../rebuilding/compare-with-log.js';
import type { Difference } from '../rebuilding/difference.js';
import type { OperationContext } from './operation-context.js';
import { progressOfEvents } from './progress-of-events.js';

/** What a rebuild with this version of the code would change. */
export interface Shadow {
  readonly events: number;
  readonly wallets: number;
  /** How many rows, lines and sums of the live build would be others. */
  readonly changes: number;
  readonly differences: readonly Difference[];
}

/** Changes told one by one. */
const LISTED_MAX = 200;

/**
 * Folds the log with this version of the code, and compares the live build with it. Nothing is stored.
 *
 * @throws OperationRefused when there is no live build
 */
export async function shadowOf(
  database: Database,
  projection: Projection,
  { report, ...options }: ComparisonOptions & Pick<OperationContext, 'report'>,
): Promise<Shadow> {
  const live = await liveBuilds(database, projection.name);
  if (!live) throw new OperationRefused(`${projection.name} has no build yet: has a worker ever run?`);
  const compared = progressOfEvents({ report }, { phase: 'comparing', generation: live.generation });
  const { regions, signal } = options;
  const seen = (region: string) => [generationIn(live, region)];
  const { events, wallets, differences } = await compareWithLog(database, projection, seen, {
    ...{ regions, compared },
    ...(signal && { signal }),
  });
  const all = [...differences.values()];
  return {
    ...{ events, wallets, changes: all.reduce((sum, { count }) => sum + count, 0) },
    differences: all.flatMap(({ listed }) => listed).slice(0, LISTED_MAX),
  };
}
