import type { Database } from '@tidemark/database';
import { ALL_PROJECTIONS, generationIn, liveBuilds } from '@tidemark/projections';
import { compareWithLog, type Difference } from '@tidemark/rebuilding';
import type { Report } from './finding.js';
import type { Part } from './scope.js';

/** Compares what readers see, in every projection, with a fold of the log to the version of each row. */
export async function walkProjections(
  database: Database,
  options: {
    readonly regions: readonly string[];
    readonly walletId: string | undefined;
    readonly signal: AbortSignal;
    readonly progress: (part: Part, done: number, of: number) => void;
    /** Events that there are, as far as is known. */
    readonly events: number;
    readonly report: Report;
  },
): Promise<void> {
  const { regions, walletId, signal, progress, events, report } = options;
  let done = 0;
  for (const projection of ALL_PROJECTIONS) {
    const live = await liveBuilds(database, projection.name);
    if (!live) continue; // no worker has ever run: readers see nothing
    const compared = (more: number) => progress('projections', (done += more), events * ALL_PROJECTIONS.length);
    const seen = (region: string) => [generationIn(live, region)];
    const found = await compareWithLog(database, projection, seen, { regions, walletId, signal, compared });
    for (const { listed, count } of found.differences.values()) {
      for (const difference of listed) report(findingOf(projection.name, difference));
      if (count > listed.length) {
        const message = `${projection.name}: ${count - listed.length} more differences`;
        report({ invariant: 'projection_is_fold', walletId: '', version: 0, message });
      }
    }
  }
}

function findingOf(projection: string, { walletId, kind, version, generation, region, expected, found }: Difference) {
  const said = [
    ...(expected === null ? [] : [`the log says ${expected}`]),
    ...(found === null ? [] : [`the table holds ${found}`]),
  ];
  const what = `${projection} (generation ${generation}, ${region}): ${kind.replaceAll('_', ' ')}`;
  return {
    invariant: 'projection_is_fold',
    walletId: walletId ?? '',
    version: version ?? 0,
    message: said.length === 0 ? what : `${what}: ${said.join(', ')}`,
  };
}
