import { Gauge, type Registry } from 'prom-client';
import type { Logger } from './logger.js';

/** What the gauges show of one region (application's `RegionReading`). */
export interface ProjectionReading {
  readonly lags: readonly {
    readonly projection: string;
    readonly region: string;
    readonly shard: number;
    readonly events: number;
    readonly seconds: number;
  }[];
  readonly parked: readonly { readonly projection: string; readonly region: string; readonly wallets: number }[];
  readonly shards: { readonly region: string; readonly followed: number; readonly free: number };
}

/** A region, and how to measure its lag. */
export interface ProjectionSource {
  readonly region: string;
  reading(): Promise<ProjectionReading>;
}

/**
 * Shows how far projections are behind, shard by shard, looked up whenever the metrics are read. A shard that lacks nothing
 * is shown with 0, so that a series that is gone means one thing only: that nobody could tell
 * (https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics).
 */
export function showProjections(registry: Registry, sources: readonly ProjectionSource[], logger: Logger): void {
  let looking: Promise<ProjectionReading[]> | undefined;
  const look = () => (looking ??= lookAt(sources, logger).finally(() => (looking = undefined)));
  const show = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    values: (reading: ProjectionReading) => readonly (readonly [Record<Label, string | number>, number])[],
  ) =>
    new Gauge<Label>({
      ...{ name, help, labelNames, registers: [registry] },
      async collect() {
        const readings = await look();
        this.reset();
        for (const [labels, value] of readings.flatMap(values)) this.set(labels, value);
      },
    });
  const ofShard = ['projection', 'region', 'shard'] as const;
  show(
    'tidemark_projection_lag_events',
    'Events that the live build of a projection has not applied in a shard, as far as they are counted (1,000 commits).',
    ofShard,
    ({ lags }) => lags.map(({ projection, region, shard, events }) => [{ projection, region, shard }, events]),
  );
  show(
    'tidemark_projection_lag_seconds',
    'Age of the oldest event that the live build of a projection has not applied in a shard.',
    ofShard,
    ({ lags }) => lags.map(({ projection, region, shard, seconds }) => [{ projection, region, shard }, seconds]),
  );
  show(
    'tidemark_projection_parked',
    'Wallets that the live build of a projection could not go on with.',
    ['projection', 'region'],
    ({ parked }) => parked.map(({ projection, region, wallets }) => [{ projection, region }, wallets]),
  );
  show(
    'tidemark_projection_shards',
    'Shards of a region that a worker has taken (followed), and that are nobody’s (free).',
    ['region', 'state'],
    ({ shards: { region, followed, free } }) => [
      [{ region, state: 'followed' }, followed],
      [{ region, state: 'free' }, free],
    ],
  );
}

/** Regions that do not answer are left out: the other metrics matter most then. */
async function lookAt(sources: readonly ProjectionSource[], logger: Logger): Promise<ProjectionReading[]> {
  const found = await Promise.all(
    sources.map(async (source) => {
      try {
        return [await source.reading()];
      } catch (error) {
        logger.warn({ err: error, region: source.region }, 'the lag of the projections could not be measured');
        return [];
      }
    }),
  );
  return found.flat();
}
