import type { Database } from '@tidemark/database';
import { countWallets, positionOf, splitWallets, type EventPlace, type Position } from '@tidemark/event-store';
import type { Build, Connection, Projection } from '@tidemark/projections';

/** A part of the log that a rebuild has to read: the events of some wallets in one region, with the progress. */
export interface BuildRange {
  readonly build: Build;
  readonly region: string;
  /** Exclusive. */
  readonly afterWallet: string;
  /** Inclusive; null: to the end. */
  readonly toWallet: string | null;
  readonly at: EventPlace;
  readonly events: number;
  readonly token: string;
  readonly owner: string | null;
  /** The position up to which the build is made from ranges. Later events are applied by following the log. */
  readonly upTo: Position;
  /** What whoever asked for the build allows it, see `Builder`; undefined: what is usual. */
  readonly latencyRatioMax: number | undefined;
}

/** Wallets in a range: enough to make the cost of a claim negligible, and few enough that all workers finish at about the same time. */
const RANGE_WALLETS = 500;
const RANGES_MAX = 64;

/** Cuts the log of each region into ranges. */
export async function createRanges(
  database: Database,
  connection: Connection,
  { projection, generation }: Build,
  regions: readonly string[],
): Promise<void> {
  for (const region of regions) {
    const wallets = await countWallets(database, region);
    const parts = Math.min(RANGES_MAX, Math.max(1, Math.ceil(wallets / RANGE_WALLETS)));
    const cuts = await splitWallets(database, region, wallets, parts);
    await connection.query(
      `INSERT INTO build_ranges (projection, generation, region, after_wallet, to_wallet, at_wallet, at_version)
       SELECT $1::text, $2::int8, $3::text, r.after_wallet, r.to_wallet, r.after_wallet, $6::int8
       FROM unnest($4::text[], $5::text[]) AS r(after_wallet, to_wallet)`,
      [projection.name, generation, region, ['', ...cuts], [...cuts, null], WHOLE_WALLET],
    );
  }
}

/** After every version of the wallet that the range begins after. */
const WHOLE_WALLET = Number.MAX_SAFE_INTEGER;

/** The arguments of an operation that all helping workers need. */
interface Asked {
  readonly latencyRatioMax?: number;
}

/** The ranges of unfinished builds that are still to be read. */
export async function openRanges(
  { query, engine }: Pick<Database, 'query' | 'engine'>,
  projections: readonly Projection[],
): Promise<BuildRange[]> {
  const { rows } = await query<{
    projection: string;
    generation: string;
    region: string;
    after_wallet: string;
    to_wallet: string | null;
    at_wallet: string;
    at_version: string;
    events: string;
    token: string;
    owner: string | null;
    built_to: string;
    asked: string | null;
  }>(
    `SELECT r.projection, r.generation::text AS generation, r.region, r.after_wallet, r.to_wallet, r.at_wallet,
            r.at_version::text AS at_version, r.events::text AS events, r.token::text AS token, r.owner,
            g.built_to::text AS built_to, o.arguments AS asked
     FROM projection_generations g
     JOIN build_ranges r ON r.projection = g.projection AND r.generation = g.generation AND NOT r.done
     LEFT JOIN projection_operations o ON o.operation_id = g.operation_id
     WHERE g.state = 'building' ORDER BY r.projection, r.generation, r.region, r.after_wallet`,
    [],
    { name: 'open-ranges' },
  );
  return rows.flatMap((row) => {
    const projection = projections.find(({ name }) => name === row.projection);
    if (!projection) return [];
    return {
      build: { projection, generation: row.generation },
      region: row.region,
      afterWallet: row.after_wallet,
      toWallet: row.to_wallet,
      at: { walletId: row.at_wallet, version: Number(row.at_version) },
      events: Number(row.events),
      token: row.token,
      owner: row.owner,
      upTo: positionOf(engine, row.built_to),
      latencyRatioMax: row.asked === null ? undefined : (JSON.parse(row.asked) as Asked).latencyRatioMax,
    };
  });
}

/** Takes a range, unless it has changed since it was read. @returns the range with its new token; undefined when another worker was first */
export async function claimRange(
  { query }: Pick<Database, 'query'>,
  range: BuildRange,
  owner: string,
): Promise<BuildRange | undefined> {
  const { rows } = await query<{ token: string }>(
    `UPDATE build_ranges SET token = token + 1, owner = $6::text
     WHERE projection = $1::text AND generation = $2::int8 AND region = $3::text AND after_wallet = $4::text
       AND token = $5::int8 AND NOT done
     RETURNING token::text AS token`,
    [...keyOfRange(range), range.token, owner],
    { name: 'claim-range' },
  );
  return rows[0] && { ...range, token: rows[0].token, owner };
}

/** Moves the place in a range from where it was, in the transaction that writes its rows. @returns whether the range still was this worker's */
export async function moveRange(
  { query }: Pick<Connection, 'query'>,
  range: BuildRange,
  to: { at: EventPlace; events: number; done: boolean },
): Promise<boolean> {
  const { rowCount } = await query(
    `UPDATE build_ranges SET at_wallet = $6::text, at_version = $7::int8, events = events + $8::int8, done = $9::bool
     WHERE projection = $1::text AND generation = $2::int8 AND region = $3::text AND after_wallet = $4::text
       AND token = $5::int8 AND NOT done AND at_wallet = $10::text AND at_version = $11::int8`,
    [
      ...[...keyOfRange(range), range.token, to.at.walletId, to.at.version, to.events, to.done],
      ...[range.at.walletId, range.at.version],
    ],
    { name: 'move-range' },
  );
  return rowCount === 1;
}

/** A small durable write that changes nothing. Its latency is what other writers see. */
export async function touchRange({ query }: Pick<Database, 'query'>, range: BuildRange): Promise<void> {
  await query(
    `UPDATE build_ranges SET owner = owner
     WHERE projection = $1::text AND generation = $2::int8 AND region = $3::text AND after_wallet = $4::text`,
    keyOfRange(range),
    { name: 'touch-range' },
  );
}

/** The progress of a rebuild. */
export interface BuildProgress {
  readonly ranges: number;
  readonly done: number;
  readonly events: number;
}

export async function buildProgress({ query }: Pick<Database, 'query'>, build: Build): Promise<BuildProgress> {
  const { rows } = await query<{ ranges: string; done: string; events: string }>(
    `SELECT count(*) AS ranges, count(*) FILTER (WHERE done) AS done, COALESCE(sum(events), 0) AS events
     FROM build_ranges WHERE projection = $1::text AND generation = $2::int8`,
    [build.projection.name, build.generation],
  );
  const { ranges, done, events } = rows[0]!;
  return { ranges: Number(ranges), done: Number(done), events: Number(events) };
}

function keyOfRange({ build, region, afterWallet }: BuildRange): string[] {
  return [build.projection.name, build.generation, region, afterWallet];
}
