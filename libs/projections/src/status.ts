import type { Database } from '@tidemark/database';
import { ALL_PROJECTIONS } from './all-projections.js';
import { lagsOf, NO_LAG, together, type Lag } from './following/lag.js';
import { readLeases } from './following/leases.js';
import { listBuilds, type BuildRecord } from './rebuilding/build-records.js';
import type { Verification } from './rebuilding/verify.js';

/** A projection as operators see it. */
export interface ProjectionStatus {
  readonly name: string;
  /** Of the code that this process runs. */
  readonly version: number;
  /** Readers see rows of another version of the code than this one: rebuild it. */
  readonly outdated: boolean;
  /** Of the live build. */
  readonly behind: Lag;
  readonly parked: number;
  readonly builds: readonly BuildStatus[];
}

export interface BuildStatus extends Pick<BuildRecord, 'generation' | 'version' | 'state' | 'live' | 'createdAt'> {
  readonly behind: Lag;
  readonly parked: number;
  /** What its last verification found; null when there was none. */
  readonly verified: Pick<Verification, 'at' | 'breaks' | 'parked' | 'unexplained' | 'explained'> | null;
}

/** One shard of a region's log, and who follows it. */
export interface ShardStatus {
  readonly region: string;
  readonly shard: number;
  readonly owner: string | null;
  /** Of each live build, by projection. */
  readonly behind: Readonly<Record<string, Lag>>;
}

export interface Status {
  readonly projections: readonly ProjectionStatus[];
  readonly shards: readonly ShardStatus[];
}

/**
 * Every projection, its builds, how far they are in some regions, and who follows which shard there.
 *
 * @param now milliseconds since the epoch
 */
export async function projectionStatus(
  database: Pick<Database, 'query' | 'engine'>,
  regions: readonly string[],
  now: number,
): Promise<Status> {
  const [builds, parked, inRegions] = await Promise.all([
    listBuilds(database),
    countParked(database, regions),
    Promise.all(
      regions.map(async (region) => ({
        region,
        lags: await lagsOf(database, region, now),
        leases: await readLeases(database, region),
      })),
    ),
  ]);
  const kept = builds.filter(({ state }) => state !== 'dropped');
  const statusOf = (build: BuildRecord): BuildStatus => {
    const key = `${build.projection}/${build.generation}`;
    const { generation, version, state, live, createdAt } = build;
    return {
      ...{ generation, version, state, live, createdAt },
      behind: together(inRegions.flatMap(({ lags }) => lags.get(key) ?? [])),
      parked: parked.get(key) ?? 0,
      verified: build.verified === null ? null : verdictOf(JSON.parse(build.verified) as Verification),
    };
  };
  const live = kept.filter((build) => build.live);
  return {
    projections: ALL_PROJECTIONS.map(({ name, version }) => {
      const own = kept.filter(({ projection }) => projection === name).map(statusOf);
      const seen = own.find((build) => build.live);
      return {
        ...{ name, version, outdated: seen !== undefined && seen.version !== version },
        ...{ behind: seen?.behind ?? NO_LAG, parked: seen?.parked ?? 0, builds: own },
      };
    }),
    shards: inRegions.flatMap(({ region, lags, leases }) =>
      leases.map(({ shard, owner }) => ({
        ...{ region, shard, owner },
        behind: Object.fromEntries(
          live.map(({ projection, generation }) => [
            projection,
            lags.get(`${projection}/${generation}`)?.[shard] ?? NO_LAG,
          ]),
        ),
      })),
    ),
  };
}

function verdictOf({ at, breaks, parked, unexplained, explained }: Verification): BuildStatus['verified'] {
  return { at, breaks, parked, unexplained, explained };
}

async function countParked(
  { query }: Pick<Database, 'query'>,
  regions: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await query<{ build: string; n: string }>(
    `SELECT projection || '/' || generation::text AS build, count(*) AS n FROM parked_wallets
     WHERE region = ANY($1::text[]) GROUP BY projection, generation`,
    [regions],
    { name: 'count-parked' },
  );
  return new Map(rows.map(({ build, n }) => [build, Number(n)]));
}
