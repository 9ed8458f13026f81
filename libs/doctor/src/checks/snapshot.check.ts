import { placeEvents, readSnapshots, type SnapshotRow } from '@tidemark/event-store';
import { decodeWallet, encodeWallet, READABLE_STATE_VERSIONS, STATE_VERSION } from '@tidemark/wallet';
import type { Report } from '../finding.js';
import type { Page, PageCheck, WalletSlice } from '../wallets/page.js';

/**
 * A snapshot is the fold of the events up to its version, and remembers the hash and time of the last of them. One that
 * nobody can read is never believed by anybody, so it is not judged.
 */
export const snapshotIsFold: PageCheck = {
  name: 'snapshot_is_fold',
  async check(page) {
    const { audit, allRegions, slices, report } = page;
    const bySlice = new Map(slices.map((slice) => [slice.walletId, slice]));
    const stored = await audit.read((reader) => readSnapshots(reader, allRegions, [...bySlice.keys()]));
    const ahead: SnapshotRow[] = [];
    for (const snapshot of stored) {
      if (!READABLE_STATE_VERSIONS.includes(snapshot.stateVersion)) continue;
      const slice = bySlice.get(snapshot.walletId)!;
      if (slice.last && snapshot.version > slice.version) ahead.push(snapshot);
      else judge(snapshot, slice, report);
    }
    if (ahead.length > 0) await judgeAhead(page, ahead);
  },
};

function judge(snapshot: SnapshotRow, { events }: WalletSlice, report: Report): void {
  const first = events[0]?.recorded.version ?? 0;
  // On consecutive versions the place is known; behind a hole it has to be looked for.
  const guess = events[snapshot.version - first];
  const at = guess?.recorded.version === snapshot.version ? guess : events.find((e) => isAt(snapshot, e.recorded));
  if (!at) return; // it is on another page, or the event is missing, which is a finding already
  const { recorded, after } = at;
  if (after && encodeWallet(after) !== presentForm(snapshot)) {
    find(snapshot, report, `expected ${encodeWallet(after)}, found ${snapshot.state}`);
  } else if (recorded.hash !== snapshot.hash) {
    find(snapshot, report, `it remembers hash ${snapshot.hash}, the event has ${recorded.hash}`);
  } else if (recorded.recordedAt !== snapshot.recordedAt) {
    find(snapshot, report, `it remembers time ${snapshot.recordedAt}, the event has ${recorded.recordedAt}`);
  }
}

/** The state as this code would encode it; as it is where it cannot be read. */
function presentForm({ stateVersion, state }: SnapshotRow): string {
  if (stateVersion === STATE_VERSION) return state;
  try {
    return encodeWallet(decodeWallet(state));
  } catch {
    return state;
  }
}

function isAt({ version }: SnapshotRow, recorded: { readonly version: number }): boolean {
  return recorded.version === version;
}

/** A wallet may have grown since the audit's position, and its snapshot with it. Then the events are there by now. */
async function judgeAhead({ audit, allRegions, slices, report }: Page, ahead: readonly SnapshotRow[]): Promise<void> {
  const wanted = ahead.flatMap(({ walletId, version }) => allRegions.map((region) => ({ region, walletId, version })));
  const places = await audit.read((reader) => placeEvents(reader, wanted));
  const there = new Set(places.map(({ walletId, version }) => `${walletId} ${version}`));
  const ends = new Map(slices.map(({ walletId, version }) => [walletId, version]));
  for (const snapshot of ahead) {
    const { walletId, version } = snapshot;
    if (!there.has(`${walletId} ${version}`)) {
      find(snapshot, report, `there is no event at its version: the wallet ends at version ${ends.get(walletId)}`);
    }
  }
}

function find({ walletId, version, region }: SnapshotRow, report: Report, message: string): void {
  report({ invariant: 'snapshot_is_fold', walletId, version, message: `the snapshot in region ${region}: ${message}` });
}
