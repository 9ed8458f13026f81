import { readCommitLanes, readCommitsAt, type CommitRow, type RecordedEvent } from '@tidemark/event-store';
import type { Scope } from '../scope.js';
import { regionRows, walletRows } from '../wallets/rows.js';
import { rangesOf } from './appended.js';
import type { Tally } from '../tally.js';

/** Events whose commits are looked up at once, in every lane. */
const EVENTS_AT_ONCE = 500;

/**
 * `commits_agree`, from the events' side: every event is named by one commit at its position. Only where the tally of both
 * walks does not come to nothing is there something to look for; then the events are read once more.
 */
export async function findUncommitted(scope: Scope, tally: Tally, isFull: () => boolean): Promise<void> {
  if (!tally.differs) return;
  let looked = 0;
  for (const region of scope.walletId === undefined ? scope.regions : [undefined]) {
    for await (const rows of region === undefined ? walletRows(scope) : regionRows(scope, region)) {
      const suspects = rows.filter(({ walletId }) => tally.differsFor(walletId));
      for (let at = 0; at < suspects.length; at += EVENTS_AT_ONCE) {
        if (isFull()) return;
        await judge(scope, suspects.slice(at, at + EVENTS_AT_ONCE));
      }
      scope.progress('events without a commit', (looked += rows.length), 0);
    }
  }
}

async function judge({ audit, report }: Scope, events: readonly RecordedEvent[]): Promise<void> {
  const commits = await audit.read(async (reader) => {
    const lanes = new Map<string, readonly number[]>();
    for (const { region } of events) {
      if (!lanes.has(region)) lanes.set(region, await readCommitLanes(reader, region));
    }
    const places = new Map(events.map(({ region, position }) => [`${region} ${position}`, { region, position }]));
    return await readCommitsAt(
      reader,
      [...places.values()].flatMap((place) => lanes.get(place.region)!.map((lane) => ({ ...place, lane }))),
    );
  });
  const byPlace = Map.groupBy(commits, ({ region, position }) => `${region} ${position}`);
  for (const { region, position, walletId, version, type } of events) {
    const at = byPlace.get(`${region} ${position}`) ?? [];
    const naming = at.filter((commit) => names(commit, walletId, version)).length;
    if (naming === 1) continue;
    const said = naming === 0 ? 'no commit there names it' : `${naming} commits there name it`;
    const message = `${type} is at position ${position} of region ${region}, and ${said}`;
    report({ invariant: 'commits_agree', walletId, version, message });
  }
}

function names(commit: CommitRow, walletId: string, version: number): boolean {
  const ranges = rangesOf(commit) ?? [];
  return ranges.some((r) => r.walletId === walletId && r.firstVersion <= version && version <= r.lastVersion);
}
