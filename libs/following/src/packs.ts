import { compareCursors, type LogCursor } from '@tidemark/event-store';
import type { BuildChanges } from './fold-page.js';
import type { Track } from './track.js';

/**
 * Builds that stand at the same place: the log is read once for all of them, and what a page changes is written in one
 * transaction. So two builds of a projection that have met never part, and readers who are switched from one to the
 * other do not go back in time.
 */
export interface Pack {
  readonly tracks: readonly Track[];
  /** Up to where the log was read. A checkpoint in which nothing happened may be behind it for a moment. */
  read: LogCursor;
  /** When all of its checkpoints were last moved. */
  advancedAt: number;
  /** Attempts that have failed since the last that did not, and when the next may be made. */
  failures: number;
  notBefore: number;
  /** What comes after `read`, folded while that was being written. */
  ahead?: Promise<FoldedPage | undefined> | undefined;
}

/** A page of the log, and what it changes in each build of a pack, in their order. */
export interface FoldedPage {
  readonly to: LogCursor;
  readonly changes: readonly BuildChanges[];
}

/** The builds of some tracks, each at the hindmost of its checkpoints. @param now milliseconds */
export function packsOf(tracks: readonly Track[], now: number): Pack[] {
  const packs = tracks.flatMap((track): Pack[] => {
    const cursors = [...track.stored.values()].sort(compareCursors);
    return cursors[0] ? [{ tracks: [track], read: cursors[0], advancedAt: now, failures: 0, notBefore: 0 }] : [];
  });
  return merged(packs);
}

/** One pack out of those that stand at the same place, the foremost first. Those that fail stay alone. */
export function merged(packs: readonly Pack[]): Pack[] {
  const healthy = Map.groupBy(
    packs.filter(({ failures }) => failures === 0),
    ({ read }) => `${read.position} ${read.commitId}`,
  );
  const joined = [...healthy.values()].map((group) => {
    if (group.length === 1) return group[0]!;
    const advancedAt = Math.min(...group.map((pack) => pack.advancedAt));
    return { ...group[0]!, tracks: group.flatMap(({ tracks }) => tracks), advancedAt, ahead: undefined };
  });
  return [...joined, ...packs.filter(({ failures }) => failures > 0)].sort((a, b) => compareCursors(b.read, a.read));
}

/** Each build of a pack by itself, to find out which one it is that fails. */
export function split(pack: Pack): Pack[] {
  return pack.tracks.map((track) => ({ ...pack, tracks: [track], failures: 1, ahead: undefined }));
}
