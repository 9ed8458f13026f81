import type { Database } from '@tidemark/database';
import {
  LOG_START,
  NO_COMMIT_ID,
  readCommits,
  readRanges,
  readWalletEvents,
  type AppendedRange,
  type Commit,
  type LogCursor,
  type RecordedEvent,
} from '@tidemark/event-store';
import type { Page, ProjectedRow, Projection } from './projection.js';

/** Commits read at once, and events written at once: what a page keeps in memory. */
const COMMITS_MAX = 200;
const EVENTS_MAX = 5_000;

/** How a step went: how many events it applied, and whether it reached the end of the log. */
export interface Step {
  readonly events: number;
  readonly caughtUp: boolean;
}

/** The log has a hole: a version that its commits promise exists nowhere. Never skipped. */
export class LogBroken extends Error {
  override readonly name = 'LogBroken';
}

/**
 * Makes sure that a projection has a build and a checkpoint for each region, and returns the build that readers see.
 * Safe when several workers start at once.
 */
export async function openProjection(database: Database, name: string, regions: readonly string[]): Promise<string> {
  await database.query(`INSERT INTO projections (name, live_generation) VALUES ($1::text, 1) ON CONFLICT DO NOTHING`, [
    name,
  ]);
  const { rows } = await database.query<{ live_generation: string }>(
    `SELECT live_generation FROM projections WHERE name = $1::text`,
    [name],
  );
  const generation = rows[0]!.live_generation;
  for (const region of regions) {
    await database.query(
      `INSERT INTO projection_checkpoints (projection, generation, region, position, commit_id)
       VALUES ($1::text, $2::int8, $3::text, $4, $5::uuid) ON CONFLICT DO NOTHING`,
      [name, generation, region, LOG_START[database.engine], NO_COMMIT_ID],
    );
  }
  return generation;
}

/** Where a projection's build stands in the log of a region. */
export async function readCheckpoint(
  database: Pick<Database, 'query'>,
  { projection, generation, region }: { projection: string; generation: string; region: string },
): Promise<LogCursor> {
  const { rows } = await database.query<{ position: string; commit_id: string }>(
    `SELECT position::text AS position, commit_id FROM projection_checkpoints
     WHERE projection = $1::text AND generation = $2::int8 AND region = $3::text`,
    [projection, generation, region],
    { name: 'read-checkpoint' },
  );
  return { position: rows[0]!.position, commitId: rows[0]!.commit_id };
}

/** Follows the log of one region by one page. A page that another worker has written already counts as no events. */
export async function step<Row extends ProjectedRow, Entry>(
  database: Database,
  projection: Projection<Row, Entry>,
  generation: string,
  region: string,
): Promise<Step> {
  const from = await readCheckpoint(database, { projection: projection.name, generation, region });
  const commits = pageOf(await readCommits(database, { region, after: from, limit: COMMITS_MAX }));
  const last = commits.at(-1);
  if (!last) return { events: 0, caughtUp: true };
  const streams = await readStreams(database, region, commits);
  const before = await projection.load(database, generation, region, [...streams.keys()]);
  const rows: Row[] = [];
  const entries: Entry[] = [];
  for (const [walletId, events] of streams) {
    const row = await foldStream(database, projection, before.get(walletId), events, entries);
    if (row) rows.push(row);
  }
  const page: Page<Row, Entry> = { generation, region, from, to: last, rows, entries };
  const written = await projection.save(database, page);
  return { events: written ? sum(commits) : 0, caughtUp: false };
}

async function foldStream<Row extends ProjectedRow, Entry>(
  database: Database,
  projection: Projection<Row, Entry>,
  before: Row | undefined,
  events: readonly RecordedEvent[],
  entries: Entry[],
): Promise<Row | undefined> {
  let row = before;
  for (const event of await withGap(database, before?.version ?? 0, events)) {
    const { row: next, entry } = projection.apply(row, event);
    row = next;
    if (entry !== undefined) entries.push(entry);
  }
  return row;
}

/** The events after a version without a gap: what is applied already is left out, what is missing is fetched. */
async function withGap(
  database: Database,
  version: number,
  events: readonly RecordedEvent[],
): Promise<readonly RecordedEvent[]> {
  const fresh = events.filter((event) => event.version > version);
  const first = fresh[0];
  if (!first || first.version === version + 1) return fresh;
  const { walletId } = first;
  // In any region: a wallet that was rehomed has its past elsewhere.
  const missing = await readWalletEvents(database, { walletId, after: version, limit: first.version - 1 - version });
  if (missing.at(-1)?.version !== first.version - 1 || missing[0]!.version !== version + 1) {
    throw new LogBroken(`wallet ${walletId}: versions ${version + 1} to ${first.version - 1} are not in the log`);
  }
  return [...missing, ...fresh];
}

async function readStreams(
  database: Database,
  region: string,
  commits: readonly Commit[],
): Promise<Map<string, RecordedEvent[]>> {
  const ranges = new Map<string, AppendedRange>();
  for (const { appended } of commits) {
    for (const range of appended) {
      const { firstVersion } = ranges.get(range.walletId) ?? range;
      ranges.set(range.walletId, { ...range, firstVersion: Math.min(firstVersion, range.firstVersion) });
    }
  }
  const events = await readRanges(database, region, [...ranges.values()]);
  const streams = Map.groupBy(events, ({ walletId }) => walletId);
  for (const { walletId, firstVersion, lastVersion } of ranges.values()) {
    const found = streams.get(walletId)?.sort(byVersion) ?? [];
    if (found.length !== lastVersion - firstVersion + 1) {
      throw new LogBroken(
        `wallet ${walletId}: not all of the versions ${firstVersion} to ${lastVersion} are in the log`,
      );
    }
  }
  return streams;
}

/** As many commits as fit into a page, at least one. */
function pageOf(commits: readonly Commit[]): readonly Commit[] {
  let events = 0;
  const fits = commits.findIndex((commit) => (events += sum([commit])) > EVENTS_MAX);
  return fits === -1 ? commits : commits.slice(0, Math.max(1, fits));
}

function sum(commits: readonly Commit[]): number {
  return commits.reduce(
    (all, { appended }) =>
      appended.reduce((n, { firstVersion, lastVersion }) => n + lastVersion - firstVersion + 1, all),
    0,
  );
}

function byVersion(a: RecordedEvent, b: RecordedEvent): number {
  return a.version - b.version;
}
