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
  for (const event of events) {
    const version = row?.version ?? 0;
    if (event.version <= version) continue; // applied already
    for (const next of [...(await missingBefore(database, event, version)), event]) {
      const applied = projection.apply(row, next);
      row = applied.row;
      if (applied.entry !== undefined) entries.push(applied.entry);
    }
  }
  return row;
}

/** The events between a row and an event, in any region: a wallet that was rehomed has its past elsewhere. */
async function missingBefore(
  database: Database,
  { walletId, version: next }: RecordedEvent,
  version: number,
): Promise<readonly RecordedEvent[]> {
  if (next === version + 1) return [];
  const missing = await readWalletEvents(database, { walletId, after: version, limit: next - 1 - version });
  if (missing[0]?.version === version + 1 && missing.at(-1)!.version === next - 1) return missing;
  throw new LogBroken(`wallet ${walletId}: versions ${version + 1} to ${next - 1} are not all in the log`);
}

async function readStreams(
  database: Database,
  region: string,
  commits: readonly Commit[],
): Promise<Map<string, RecordedEvent[]>> {
  const ranges = commits.flatMap(({ appended }) => appended).reduce(joined, new Map<string, AppendedRange[]>());
  const events = await readRanges(database, region, [...ranges.values()].flat());
  const streams = Map.groupBy(events, ({ walletId }) => walletId);
  for (const [walletId, promised] of ranges) {
    const found = streams.get(walletId)?.sort(byVersion) ?? [];
    if (found.length === versionsIn(promised)) continue;
    const versions = promised.map(({ firstVersion, lastVersion }) => `${firstVersion} to ${lastVersion}`).join(', ');
    throw new LogBroken(`wallet ${walletId}: versions ${versions} are not all in the log`);
  }
  return streams;
}

/** Adds a range to those of its wallet; one that follows the last is joined to it. (A rehoming and back leaves a hole.) */
function joined(ranges: Map<string, AppendedRange[]>, range: AppendedRange): Map<string, AppendedRange[]> {
  const known = ranges.get(range.walletId) ?? [];
  const last = known.at(-1);
  const follows = last !== undefined && last.lastVersion + 1 === range.firstVersion;
  const next = follows ? { ...range, firstVersion: last.firstVersion } : range;
  return ranges.set(range.walletId, [...(follows ? known.slice(0, -1) : known), next]);
}

/** As many commits as fit into a page, at least one. */
function pageOf(commits: readonly Commit[]): readonly Commit[] {
  let events = 0;
  const fits = commits.findIndex((commit) => (events += sum([commit])) > EVENTS_MAX);
  return fits === -1 ? commits : commits.slice(0, Math.max(1, fits));
}

function sum(commits: readonly Commit[]): number {
  return commits.reduce((all, { appended }) => all + versionsIn(appended), 0);
}

function versionsIn(ranges: readonly AppendedRange[]): number {
  return ranges.reduce((all, { firstVersion, lastVersion }) => all + lastVersion - firstVersion + 1, 0);
}

function byVersion(a: RecordedEvent, b: RecordedEvent): number {
  return a.version - b.version;
}
