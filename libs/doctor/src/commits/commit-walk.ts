import {
  LOG_START,
  NO_COMMIT_ID,
  readCommitLanes,
  placeEvents,
  readLaneCommits,
  type CommitRow,
  type PlacedEvent,
  type LogCursor,
} from '@tidemark/event-store';
import type { Scope } from '../scope.js';
import { keysOf, rangesOf, type EventRange } from './appended.js';
import type { Tally } from '../tally.js';

/** Commits read at once. */
const COMMITS_AT_ONCE = 1_000;
/** Events looked up at once. */
const EVENTS_AT_ONCE = 10_000;

interface Named {
  readonly commit: CommitRow;
  readonly range: EventRange;
}

/** An event in a tally of what is there and what commits name. */
export function eventText({ region, version, position }: Omit<PlacedEvent, 'recordedAt'>): string {
  return `${region}\n${version}\n${position}`;
}

/**
 * Takes every event that a commit names off a tally, to which the walk over the events adds those that are there.
 *
 * @returns how many events the commits name
 */
export async function tallyCommits(scope: Scope, tally: Tally): Promise<number> {
  let events = 0;
  for await (const named of namedPages(scope)) {
    for (const { commit, range } of named) {
      for (const key of keysOf(range)) {
        tally.subtract(key.walletId, eventText({ ...key, position: commit.position }));
        events++;
      }
    }
    scope.progress('commits', events, 0);
  }
  return events;
}

/**
 * `commits_agree`, from the commits' side: every event that a commit names is there, at the commit's position. Looked at
 * once more for the wallets of which the tally does not come to nothing.
 */
export async function judgeCommits(scope: Scope, tally: Tally): Promise<void> {
  if (!tally.differs) return;
  let events = 0;
  for await (const named of namedPages(scope)) {
    for (const batch of batchesOf(named.filter(({ range }) => tally.differsFor(range.walletId)))) {
      await judge(scope, batch);
      scope.progress('commits that disagree', (events += batch.length), 0);
    }
  }
}

async function* namedPages(scope: Scope): AsyncGenerator<readonly Named[]> {
  const { audit, regions, signal } = scope;
  for (const region of regions) {
    for (const lane of await audit.read((reader) => readCommitLanes(reader, region))) {
      let after: LogCursor | undefined = { position: LOG_START[audit.engine], commitId: NO_COMMIT_ID };
      while (after) {
        signal.throwIfAborted();
        const from: LogCursor = after;
        const commits = await audit.read((reader) =>
          readLaneCommits(reader, { region, lane, after: from, upTo: audit.position, limit: COMMITS_AT_ONCE }),
        );
        yield commits.flatMap((commit) => namedBy(scope, commit));
        after = commits.length < COMMITS_AT_ONCE ? undefined : commits.at(-1);
      }
    }
  }
}

function namedBy({ walletId, report }: Scope, commit: CommitRow): Named[] {
  const ranges = rangesOf(commit);
  if (!ranges && walletId === undefined) {
    const message = `commit ${placeOf(commit)} cannot be read: ${commit.appended.slice(0, 100)}`;
    report({ invariant: 'commits_agree', walletId: '', version: 0, message });
  }
  const own = (ranges ?? []).filter((range) => walletId === undefined || range.walletId === walletId);
  return own.map((range) => ({ commit, range }));
}

function* batchesOf(named: Iterable<Named>): Generator<Named[]> {
  let batch: Named[] = [];
  let events = 0;
  for (const each of named) {
    batch.push(each);
    events += sizeOf(each.range);
    if (events < EVENTS_AT_ONCE) continue;
    yield batch;
    [batch, events] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

async function judge({ audit, report }: Scope, batch: readonly Named[]): Promise<void> {
  const places = await audit.read((reader) =>
    placeEvents(
      reader,
      batch.flatMap(({ range }) => keysOf(range)),
    ),
  );
  const found = new Map(places.map((place) => [`${place.walletId} ${place.version}`, place]));
  for (const { commit, range } of batch) {
    const missing: number[] = [];
    const elsewhere: PlacedEvent[] = [];
    for (let version = range.firstVersion; version <= range.lastVersion; version++) {
      const place = found.get(`${range.walletId} ${version}`);
      if (!place) missing.push(version);
      else if (place.position !== commit.position) elsewhere.push(place);
    }
    const find = (version: number, message: string) =>
      report({ invariant: 'commits_agree', walletId: range.walletId, version, message });
    if (missing.length > 0) {
      const last = missing.length > 1 ? ` to ${missing.at(-1)} (${missing.length} in all)` : '';
      find(missing[0]!, `commit ${placeOf(commit)} names version ${missing[0]}${last}, which is not there`);
    }
    for (const { version, position } of elsewhere) {
      find(version, `commit ${placeOf(commit)} names it, the event is at position ${position}`);
    }
  }
}

function sizeOf({ firstVersion, lastVersion }: EventRange): number {
  return lastVersion - firstVersion + 1;
}

function placeOf({ region, position, commitId }: CommitRow): string {
  return `${commitId} (region ${region}, position ${position})`;
}
