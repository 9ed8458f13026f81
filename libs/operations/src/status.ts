import type { Database } from '@tidemark/database';
import {
  ALL_REACTORS,
  keyOf,
  type Lag,
  lagsOf,
  listParked,
  NO_LAG,
  type ParkedWallet,
  type Reactor,
  reactorBuild,
  readLeases,
  together,
} from '@tidemark/following';
import { ALL_PROJECTIONS, allLiveBuilds, generationIn } from '@tidemark/projections';
import { type BuildRecord, listBuilds, type Verification } from '@tidemark/rebuilding';

/** A projection as operators see it. */
export interface ProjectionStatus {
  readonly name: string;
  /** Of the code that this process runs. */
  readonly version: number;
  /** Readers see rows of another version of the code than this one: rebuild it. */
  readonly outdated: boolean;
  /** Of what readers see in the regions asked about. */
  readonly behind: Lag;
  readonly parked: number;
  readonly builds: readonly BuildStatus[];
}

export interface BuildStatus extends Pick<
  BuildRecord,
  'generation' | 'version' | 'state' | 'region' | 'live' | 'exceptIn' | 'createdAt'
> {
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
  /** Of the build that readers see there, by projection; and of each reactor. */
  readonly behind: Readonly<Record<string, Lag>>;
}

/** A reactor as operators see it. */
export interface ReactorStatus {
  readonly name: string;
  readonly kind: 'reactor';
  readonly behind: Lag;
  /** What it fails at: the first events of what it tries again and again. */
  readonly stuck: readonly Pick<ParkedWallet, 'region' | 'walletId' | 'version' | 'reason' | 'attempts' | 'parkedAt'>[];
}

export interface Status {
  readonly projections: readonly ProjectionStatus[];
  readonly reactors: readonly ReactorStatus[];
  readonly shards: readonly ShardStatus[];
}

/**
 * Every projection and reactor, its builds, how far they are in some regions, and who follows which shard there.
 *
 * @param now milliseconds since the epoch
 */
export async function projectionStatus(
  database: Pick<Database, 'query' | 'engine'>,
  regions: readonly string[],
  now: number,
  reactors: readonly Reactor[] = ALL_REACTORS,
): Promise<Status> {
  const [builds, pointers, parked, reacting, inRegions] = await Promise.all([
    listBuilds(database),
    allLiveBuilds(database),
    countParked(database, regions),
    Promise.all(reactors.map(({ name }) => listParked(database, { projection: name, limit: STUCK_LISTED_MAX }))),
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
    const { generation, version, state, region, live, exceptIn, createdAt } = build;
    return {
      ...{ generation, version, state, region, live, exceptIn, createdAt },
      behind: together(inRegions.flatMap(({ lags }) => lags.get(key) ?? [])),
      parked: regions.reduce((all, each) => all + (parked.get(`${key} ${each}`) ?? 0), 0),
      verified: build.verified === null ? null : verdictOf(JSON.parse(build.verified) as Verification),
    };
  };
  return {
    projections: ALL_PROJECTIONS.map(({ name, version }) => {
      const own = kept.filter(({ projection }) => projection === name).map(statusOf);
      const live = pointers.get(name);
      const seen = inRegions.flatMap(({ region, lags }) => {
        const key = live && `${name}/${generationIn(live, region)}`;
        return key === undefined ? [] : { lags: lags.get(key) ?? [], parked: parked.get(`${key} ${region}`) ?? 0 };
      });
      return {
        ...{ name, version, outdated: own.some((build) => build.live && build.version !== version) },
        behind: together(seen.flatMap(({ lags }) => lags)),
        parked: seen.reduce((all, { parked: wallets }) => all + wallets, 0),
        builds: own,
      };
    }),
    reactors: reactors.map((reactor, i): ReactorStatus => {
      const lags = inRegions.flatMap((each) => each.lags.get(keyOf(reactorBuild(reactor))) ?? []);
      const here = reacting[i]!.filter(({ region }) => regions.includes(region));
      return { name: reactor.name, kind: 'reactor', behind: together(lags), stuck: here.map(stuckAt) };
    }),
    shards: inRegions.flatMap(({ region, lags, leases }) =>
      leases.map(({ shard, owner }) => ({
        ...{ region, shard, owner },
        behind: Object.fromEntries(
          [
            ...[...pointers].map(([name, live]) => [name, `${name}/${generationIn(live, region)}`] as const),
            ...reactors.map((reactor) => [reactor.name, keyOf(reactorBuild(reactor))] as const),
          ].map(([name, key]) => [name, lags.get(key)?.[shard] ?? NO_LAG]),
        ),
      })),
    ),
  };
}

/** Wallets named of one reactor. */
const STUCK_LISTED_MAX = 20;

function stuckAt({ region, walletId, version, reason, attempts, parkedAt }: ParkedWallet): ReactorStatus['stuck'][0] {
  return { region, walletId, version, reason, attempts, parkedAt };
}

function verdictOf({ at, breaks, parked, unexplained, explained }: Verification): BuildStatus['verified'] {
  return { at, breaks, parked, unexplained, explained };
}

/** By build and region. */
async function countParked(
  { query }: Pick<Database, 'query'>,
  regions: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await query<{ build: string; region: string; n: string }>(
    `SELECT projection || '/' || generation::text AS build, region, count(*) AS n FROM parked_wallets
     WHERE region = ANY($1::text[]) GROUP BY projection, generation, region`,
    [regions],
    { name: 'count-parked' },
  );
  return new Map(rows.map(({ build, region, n }) => [`${build} ${region}`, Number(n)]));
}
