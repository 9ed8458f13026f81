import type { Database } from '@tidemark/database';
import { generationIn, liveBuilds, type Projection } from '@tidemark/projections';
import {
  compareWithLog,
  type ComparisonOptions,
  type Difference,
  OperationRefused,
  regionsAskedFor,
} from '@tidemark/rebuilding';
import { progressOfEvents, type OperationContext } from './operation-context.js';

/** What a rebuild with this version of the code would change. */
export interface Shadow {
  readonly events: number;
  readonly wallets: number;
  /** How many rows, lines and sums of the live build would be others. */
  readonly changes: number;
  readonly differences: readonly Difference[];
}

/** Changes that are listed one by one. */
const LISTED_MAX = 200;

/**
 * Folds the log with this version of the code, and compares the live build with it. Nothing is stored.
 *
 * @param options.regions all that the log has
 * @param options.region the only one that is compared; absent: all
 * @throws NotFound for an unknown region; OperationRefused when there is no live build
 */
export async function shadowOf(
  database: Database,
  projection: Projection,
  {
    report,
    region,
    ...options
  }: ComparisonOptions & Pick<OperationContext, 'report'> & { readonly region?: string | undefined },
): Promise<Shadow> {
  const regions = regionsAskedFor(region, options.regions);
  const live = await liveBuilds(database, projection.name);
  if (!live) throw new OperationRefused(`${projection.name} has no build yet: start a worker first`);
  const generation = region === undefined ? live.generation : generationIn(live, region);
  const compared = progressOfEvents({ report }, { phase: 'comparing', generation });
  const { signal } = options;
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
