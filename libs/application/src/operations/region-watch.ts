import type { Database } from '@tidemark/database';
import type { Regions } from '@tidemark/event-store';
import type { Lag } from '@tidemark/following';
import { projectionStatus, type Status } from '@tidemark/operations';
import pTimeout from 'p-timeout';

/** Answers are cached for this time: metrics and health need no key, and are often requested together. */
const FRESH_MS = 1_000;
/** A probe or a scrape must not wait longer than that for a database that does not answer. */
const ANSWER_MS_MAX = 2_000;

/** How far the live build of a projection is behind in one shard. */
export interface ShardLag extends Lag {
  readonly projection: string;
  readonly region: string;
  readonly shard: number;
}

/** What metrics show of the projections in one region. */
export interface RegionReading {
  /** Of each projection, all shards. */
  readonly lags: readonly ShardLag[];
  /** Wallets parked in the live build. */
  readonly parked: readonly { readonly projection: string; readonly region: string; readonly wallets: number }[];
  /** Shards with a worker, and shards without one. */
  readonly shards: { readonly region: string; readonly followed: number; readonly free: number };
}

/** Looks at the projections in one region for metrics and health. */
export class RegionWatch {
  private readonly database: Pick<Database, 'query' | 'engine'>;
  private seen: { readonly at: number; readonly status: Promise<Status> } | undefined;

  constructor(
    database: Pick<Database, 'query' | 'engine'>,
    readonly region: string,
    private readonly clocks: { readonly wall: () => number; readonly monotonic: () => number } = {
      wall: () => Date.now(),
      monotonic: () => performance.now(),
    },
  ) {
    this.database = {
      engine: database.engine,
      query: (text, values, options) => database.query(text, values, { ...options, timeoutMs: ANSWER_MS_MAX }),
    };
  }

  /** @throws whatever the database says, or that it took too long */
  async reading(): Promise<RegionReading> {
    const { region } = this;
    const { projections, shards } = await this.look();
    const free = shards.filter(({ owner }) => owner === null).length;
    return {
      lags: shards.flatMap(({ shard, behind }) =>
        Object.entries(behind).map(([projection, lag]) => ({ projection, region, shard, ...lag })),
      ),
      parked: projections.map(({ name, parked }) => ({ projection: name, region, wallets: parked })),
      shards: { region, followed: shards.length - free, free },
    };
  }

  /**
   * Describes live builds whose lag is above the limit. Parked wallets are not included: their balances are served from the log,
   * and no other process could do better.
   *
   * @returns an empty list when all is well; one entry when the database does not answer in time
   */
  async wrong(secondsMax: number): Promise<string[]> {
    const status = await this.look().catch(() => undefined);
    if (!status) return ['the lag of the projections could not be measured'];
    return status.projections
      .filter(({ behind }) => behind.seconds > secondsMax)
      .map(
        ({ name, behind }) =>
          `the projection ${name} is ${behind.seconds.toFixed(1)} s behind in ${this.region}, more than ${secondsMax} s`,
      );
  }

  private look(): Promise<Status> {
    const now = this.clocks.monotonic();
    if (this.seen && now - this.seen.at < FRESH_MS) return this.seen.status;
    const status = inTime(projectionStatus(this.database, [this.region], this.clocks.wall()));
    this.seen = { at: now, status };
    return status;
  }
}

/**
 * Those that a process has to look at: its home region first, which its own worker follows, and rows of the time before
 * there were regions, which are no process's own. Every other region has processes of its own to look at it.
 */
export function regionWatches(
  database: Pick<Database, 'query' | 'engine'>,
  { homes, logs }: Regions,
): readonly [RegionWatch, ...RegionWatch[]] {
  const [home] = homes;
  const nobodys = logs.filter((region) => !homes.includes(region));
  return [new RegionWatch(database, home), ...nobodys.map((region) => new RegionWatch(database, region))];
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return pTimeout(work, { milliseconds: ANSWER_MS_MAX, message: `no answer within ${ANSWER_MS_MAX} ms` });
}
