import { compareCursors, type LogCursor } from '@tidemark/event-store';
import type { BuildChanges } from './fold-page.js';
import type { Track } from './track.js';

/**
 * Builds with the same checkpoint. The log is read once for all of them, and one transaction writes the changes of a page to all.
 * So two builds of a projection that have reached the same checkpoint stay together, and a reader who is switched between them
 * never sees older rows.
 */
export interface Pack {
  readonly tracks: readonly Track[];
  /** Up to where the log was read. The checkpoint of a shard without events may be behind it until `advanceMs`. */
  read: LogCursor;
  /** When all of its checkpoints were last moved. */
  advancedAt: number;
  /** Failed attempts in a row, and when the next attempt may start. */
  failures: number;
  notBefore: number;
  /** The next page after `read`, folded while `read` was being written. */
  ahead?: Promise<FoldedPage | undefined> | undefined;
}

/** A page of the log, and what it changes in each build of a pack, in their order. */
export interface FoldedPage {
  readonly to: LogCursor;
  readonly changes: readonly BuildChanges[];
}

/** One pack for each track, at the earliest of its checkpoints. @param now milliseconds */
export function packsOf(tracks: readonly Track[], now: number): Pack[] {
  const packs = tracks.flatMap((track): Pack[] => {
    const cursors = [...track.stored.values()].sort(compareCursors);
    return cursors[0] ? [{ tracks: [track], read: cursors[0], advancedAt: now, failures: 0, notBefore: 0 }] : [];
  });
  return merged(packs);
}

/** Merges packs with the same checkpoint, and sorts them, the most advanced first. Failing packs stay separate. */
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

/** Splits a pack into its builds, to find out which one fails. */
export function split(pack: Pack): Pack[] {
  return pack.tracks.map((track) => ({ ...pack, tracks: [track], failures: 1, ahead: undefined }));
}
