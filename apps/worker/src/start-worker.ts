import { randomUUID } from 'node:crypto';
import { CommandPipeline, regionWatches } from '@tidemark/application';
import { connect, migrationsOf, requireSchema, requireServer } from '@tidemark/database';
import { MovementFinder, openEventStore, regionsOf, type Regions } from '@tidemark/event-store';
import { Metrics, type Logger } from '@tidemark/observability';
import { ALL_REACTORS, type Reactor, runWorker, type SendCommand } from '@tidemark/following';
import { OperationRunner } from '@tidemark/operations';
import { ALL_PROJECTIONS } from '@tidemark/projections';

/** Connections: for each region a page and a survey; for operations two ranges and their next pages; one for the metrics. */
const POOL_SIZE_DEFAULT = 8;
/** For commands of reactors and of the expiry timer, which group commit sends together. */
const DOOR_POOL_SIZE = 2;
/** The default of PROJECTION_LAG_MAX_SECONDS. */
const LAG_SECONDS_MAX_DEFAULT = 60;

export interface StartWorkerOptions {
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** The region to look after first; without it, that of the database node. */
  readonly region?: string;
  /** To be shared with an API in this process, which then is the one to show the lag. */
  readonly metrics?: Metrics;
  /** How many seconds a live build may be behind in the home region before the worker is not ready. */
  readonly lagSecondsMax?: number;
  readonly poolSize?: number;
  /** Absent: those that ship. */
  readonly reactors?: readonly Reactor[];
}

export interface RunningWorker {
  readonly metrics: Metrics;
  /**
   * What is wrong, in words, or nothing: the last step in the home region failed, or a live build is too far behind there.
   * A parked wallet is not wrong in this sense.
   */
  readiness(): Promise<readonly string[]>;
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
  const { lagSecondsMax = LAG_SECONDS_MAX_DEFAULT, reactors = ALL_REACTORS } = options;
  await requireServer(databaseUrl, { warn: (line) => logger.warn(line) });
  const database = await connect({
    url: databaseUrl,
    role: 'tidemark_worker',
    applicationName: 'tidemark-worker',
    poolSize,
    onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
  });
  let known: Regions;
  let door: Door;
  try {
    await requireSchema(database, migrationsOf(database.engine));
    known = await regionsOf(database, region);
    door = await openDoor(options, known);
  } catch (error) {
    await database.close();
    throw error;
  }
  const { logs: regions } = known;
  const watches = regionWatches(database, known);
  const metrics = options.metrics ?? new Metrics();
  if (!options.metrics) metrics.showProjections(watches, logger);
  const worker = runWorker({
    ...{ database, regions, observer: metrics.workerObserver(logger) },
    ...{ sendExpiry: door.send, reactions: { reactors, send: door.send } },
  });
  logger.info(
    { projections: ALL_PROJECTIONS.map(({ name }) => name), reactors: reactors.map(({ name }) => name), regions },
    'following the log',
  );
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
    await door.close();
    await database.close();
    logger.info('worker stopped');
  };
  const readiness = async () => {
    const failing = worker.healthy() ? [] : ['the projection worker fails'];
    return [...failing, ...(await watches[0].wrong(lagSecondsMax))];
  };
  return { metrics, readiness, close: () => (closing ??= close()) };
}

interface Door {
  readonly send: SendCommand;
  close(): Promise<void>;
}

/** The door for commands of the worker, in the API's role. @throws ConnectFailed */
async function openDoor({ databaseUrl, logger }: StartWorkerOptions, { homes, logs }: Regions): Promise<Door> {
  const database = await connect({
    url: databaseUrl,
    role: 'tidemark_api',
    applicationName: 'tidemark-worker-commands',
    poolSize: DOOR_POOL_SIZE,
    onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
  });
  const store = openEventStore({ database });
  const pipeline = new CommandPipeline(store, new MovementFinder(database, logs), homes);
  return {
    send: (command, identity) => pipeline.write(command, identity),
    async close() {
      await store.close();
      await database.close();
    },
  };
}
