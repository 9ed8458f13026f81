import {
  readCommitLanes,
  readCommitsAt,
  readEvents,
  type Audit,
  type Position,
  type RecordedEvent,
} from '@tidemark/event-store';
import { keysOf, rangesOf } from '../commits/appended.js';

/** Flushes read at once: each has up to some hundred events. */
const FLUSHES_AT_ONCE = 20;

/**
 * Everything that was appended at some positions, in all regions, by position. For the few events whose counterpart cannot be
 * found by key; a commit that is gone takes its events out of this.
 */
export async function readFlushes(
  audit: Audit,
  regions: readonly string[],
  positions: readonly Position[],
): Promise<Map<Position, readonly RecordedEvent[]>> {
  const flushes = new Map<Position, readonly RecordedEvent[]>();
  const wanted = [...new Set(positions)];
  const lanes = await audit.read(async (reader) => {
    const found: { readonly region: string; readonly lane: number }[] = [];
    for (const region of regions) {
      for (const lane of await readCommitLanes(reader, region)) found.push({ region, lane });
    }
    return found;
  });
  for (let at = 0; at < wanted.length; at += FLUSHES_AT_ONCE) {
    const places = wanted
      .slice(at, at + FLUSHES_AT_ONCE)
      .flatMap((position) => lanes.map((lane) => ({ ...lane, position })));
    await audit.read(async (reader) => {
      for (const commit of await readCommitsAt(reader, places)) {
        const events = await readEvents(reader, (rangesOf(commit) ?? []).flatMap(keysOf));
        flushes.set(commit.position, [...(flushes.get(commit.position) ?? []), ...events]);
      }
    });
  }
  return flushes;
}
