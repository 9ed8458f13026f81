import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { asOf, ReadModel } from '@tidemark/application';
import { connect, requireSchema, type Database } from '@tidemark/database';
import { regionsOf, type Regions } from '@tidemark/event-store';
import { Metrics, type Logger } from '@tidemark/observability';
import { ALL_PROJECTIONS, balances, OperationRunner, runWorker } from '@tidemark/projections';

/** For each region a page and a survey, for operations two ranges and their pages ahead, and one for whoever reads the metrics. */
const POOL_SIZE_DEFAULT = 8;

export interface StartWorkerOptions {
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** The region to look after first; without it, that of the database node. */
  readonly region?: string;
  /** To be shared with an API in this process, which then is the one to show the lag. */
  readonly metrics?: Metrics;
  readonly poolSize?: number;
}

export interface RunningWorker {
  readonly metrics: Metrics;
  /** Whether the last step in every region succeeded. */
  healthy(): boolean;
  /** Lets the step in flight finish, and closes the connections to the database. Safe to call again. */
  close(): Promise<void>;
}

/**
 * Starts the projection workers on a migrated database.
 *
 * @throws StartRefused, ConnectFailed
 */
export async function startWorker(options: StartWorkerOptions): Promise<RunningWorker> {
  const { databaseUrl, logger, region, poolSize = POOL_SIZE_DEFAULT } = options;
  const database = await connect({
    url: databaseUrl,
    role: 'tidemark_worker',
    applicationName: 'tidemark-worker',
    poolSize,
    onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
  });
  let regions: Regions['logs'];
  try {
    await requireSchema(database, fileURLToPath(new URL(`../../../migrations/${database.engine}`, import.meta.url)));
    regions = (await regionsOf(database, region)).logs;
  } catch (error) {
    await database.close();
    throw error;
  }
  const metrics = options.metrics ?? ownMetrics(database, regions, logger);
  const worker = runWorker({ database, regions, observer: metrics.workerObserver(logger) });
  logger.info({ projections: ALL_PROJECTIONS.map(({ name }) => name), regions }, 'following the log');
  const stopped = new AbortController();
  const runner = new OperationRunner({
    ...{ database, regions, projections: ALL_PROJECTIONS, me: { region: regions[0], id: randomUUID() } },
    failed: (what, error) => logger.error({ err: error, what }, 'an operation on a projection failed'),
  });
  const operations = runner.run(stopped.signal);
  let closing: Promise<void> | undefined;
  const close = async () => {
    stopped.abort();
    await Promise.all([worker.close(), operations]);
    await database.close();
    logger.info('worker stopped');
  };
  return { metrics, healthy: () => worker.healthy(), close: () => (closing ??= close()) };
}

function ownMetrics(database: Database, regions: readonly string[], logger: Logger): Metrics {
  const metrics = new Metrics();
  const readModel = new ReadModel(database, regions);
  const lag = async () => (await asOf(database, await readModel.checkpoints(balances.name), Date.now())).behind;
  metrics.showLag(balances.name, lag, logger);
  return metrics;
}
