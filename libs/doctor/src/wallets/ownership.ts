import { placeEvents, readLowestVersions, type EventKey, type RecordedEvent } from '@tidemark/event-store';
import type { Scope } from '../scope.js';

/** A wallet that is judged in the region where it was met. */
export interface Owned {
  /** The last version before its first row here that no region has; 0 for a whole wallet. */
  readonly startsAfter: number;
}

/**
 * Which of the wallets met in a region are judged there: those whose version 1 is there, so that each is judged once. One
 * without a version 1 is judged where its lowest version is, and so is a piece whose predecessor is nowhere.
 *
 * @param starts the first event that was met of each
 */
export async function ownedWallets(scope: Scope, starts: readonly RecordedEvent[]): Promise<Map<string, Owned>> {
  const owned = new Map<string, Owned>();
  const late: RecordedEvent[] = [];
  for (const start of starts) {
    if (start.version === 1) owned.set(start.walletId, { startsAfter: 0 });
    else late.push(start);
  }
  if (late.length === 0) return owned;
  const { audit, allRegions } = scope;
  const wanted = late.flatMap(({ walletId, version }) =>
    [1, version - 1].flatMap((wantedVersion) =>
      allRegions.map((region): EventKey => ({ region, walletId, version: wantedVersion })),
    ),
  );
  const places = await audit.read((reader) => placeEvents(reader, wanted));
  const there = new Set(places.map(({ walletId, version }) => `${walletId} ${version}`));
  const headless = late.filter(({ walletId }) => !there.has(`${walletId} 1`));
  const lowest = await audit.read((reader) =>
    readLowestVersions(
      reader,
      allRegions,
      headless.map(({ walletId }) => walletId),
    ),
  );
  for (const { walletId, version, region } of late) {
    if (there.has(`${walletId} 1`)) {
      if (there.has(`${walletId} ${version - 1}`)) continue;
      const message = `version ${version - 1} is missing: version ${version} is there, in region ${region}`;
      scope.report({ invariant: 'versions_contiguous', walletId, version: version - 1, message });
      owned.set(walletId, { startsAfter: version - 1 });
      continue;
    }
    const first = Math.min(...lowest.filter((each) => each.walletId === walletId).map((each) => each.version));
    if (first === version) owned.set(walletId, { startsAfter: 0 });
  }
  return owned;
}
