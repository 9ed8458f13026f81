import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  CommandPipeline,
  Currencies,
  Definitions,
  KeyRing,
  OutsideAccounts,
  ReadModel,
  regionWatches,
} from '@tidemark/application';
import { connect, type Database, migrationsOf, requireSchema, requireServer, StartRefused } from '@tidemark/database';
import {
  DEFAULT_LIMITS,
  MovementFinder,
  openEventStore,
  regionsOf,
  type Limits,
  type StrategyName,
} from '@tidemark/event-store';
import { isLoopback, Metrics, type Logger } from '@tidemark/observability';
import { ApiModule, CONTROLLERS } from './api.module.js';
import { AllowedMethods } from './http/allowed-methods.js';
import { Authentication } from './http/authentication.js';
import { Forwarding } from './http/forwarding.js';
import { HomeRegionCache } from './http/home-region-cache.js';
import { createHttpServer } from './http/http-server.js';
import { RequestPipe } from './http/request.pipe.js';
import { serveDocumentation } from './openapi/serve-documentation.js';
import type { Readiness } from './operations/health.controller.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { answerInTime } from './start/answer-in-time.js';
import { NestLog } from './start/nest-log.js';
import { readinessOf } from './start/readiness.js';
import { refusePowerfulRole } from './start/refuse-powerful-role.js';
import { stopServer } from './start/stop-server.js';

/** No request of the API reads more than a page. A statement that takes longer waits for a range that does not answer. */
const STATEMENT_MS_MAX = 10_000;
/** How long after its deadline a command may still wait for the statement that was on its way by then. */
const ANSWER_GRACE_MS = 1_000;
/** Time-out for small tables of which there is a copy in memory. A request may have to wait for such a read. */
const REFRESH_MS_MAX = 2_000;

export interface StartApiOptions {
  readonly databaseUrl: string;
  readonly logger: Logger;
  readonly host?: string;
  /** 0: any free one. */
  readonly port?: number;
  readonly poolSize?: number;
  /** The home region of wallets that name none; without it, that of the database node. */
  readonly region?: string;
  /** The APIs of other regions, by region, without a slash at the end: commands for wallets there are handed on. */
  readonly regionApis?: ReadonlyMap<string, string>;
  /** Of a worker that runs in this process, so that readiness speaks for it too. */
  readonly workerReadiness?: Readiness;
  /** To be shared with a worker in this process. */
  readonly metrics?: Metrics;
  readonly strategy?: StrategyName;
  readonly limits?: Partial<Limits>;
  /** Milliseconds that a request may take to arrive; 30,000 by default. */
  readonly requestMsMax?: number;
  /** Milliseconds since the epoch, for the comparison with the database's clock. */
  readonly wallClock?: () => number;
}

export interface RunningApi {
  /** Without a slash at the end. */
  readonly url: string;
  /** Stops accepting, answers what is in flight or arrives within 1 s, and closes the connections to the database. Safe to call again. */
  close(): Promise<void>;
}

/**
 * Starts the API on a migrated database.
 *
 * @throws StartRefused in one line: a server that Tidemark cannot run on, schema missing or newer, a role that may change
 *   the log, no API key on a host that others can reach, port in use; ConnectFailed
 */
export async function startApi(options: StartApiOptions): Promise<RunningApi> {
  const { databaseUrl, logger, poolSize, wallClock } = options;
  await requireServer(databaseUrl, { warn: (line) => logger.warn(line), ...(wallClock && { wallClock }) });
  const database = await connect({
    url: databaseUrl,
    role: 'tidemark_api',
    applicationName: 'tidemark-api',
    statementTimeoutMs: STATEMENT_MS_MAX,
    ...(poolSize !== undefined && { poolSize }),
    onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
  });
  try {
    await requireSchema(database, migrationsOf(database.engine));
    await refusePowerfulRole(database);
    return await serve(database, options);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function serve(database: Database, options: StartApiOptions): Promise<RunningApi> {
  const { logger, host = '127.0.0.1', port = 3_000, workerReadiness } = options;
  const { metrics = new Metrics(), strategy = 'grouped', limits = {} } = options;
  const quick: Pick<Database, 'query'> = {
    query: (text, values) => database.query(text, values, { timeoutMs: REFRESH_MS_MAX }),
  };
  const [keys, currencies, outsideAccounts, regions] = await Promise.all([
    KeyRing.load(quick),
    Currencies.load(quick),
    OutsideAccounts.load(quick),
    regionsOf(database, options.region),
  ]);
  const openWithoutKeys = isLoopback(host);
  if (keys.empty && !openWithoutKeys) {
    throw new StartRefused(
      `HOST is ${host} and there is no API key: create one (tidemark keys create) or listen on 127.0.0.1`,
    );
  }
  const store = openEventStore({ database, strategy, limits, observer: metrics.writeObserver(logger) });
  const answerMsMax = (limits.commandDeadlineMs ?? DEFAULT_LIMITS.commandDeadlineMs) + ANSWER_GRACE_MS;
  const definitions = new Definitions(database);
  const pipeline = new CommandPipeline(
    answerInTime(store, answerMsMax),
    new MovementFinder(database, regions.logs),
    regions.homes,
    definitions,
  );
  const readModel = new ReadModel(database, regions.logs);
  metrics.showWaitingCommands(() => pipeline.waiting);
  metrics.showProjections(regionWatches(database, regions), logger);

  let draining = false;
  let stopping = false;
  const allowedMethods = new AllowedMethods();
  const authentication = new Authentication(keys, openWithoutKeys);
  const [region] = regions.homes;
  const apis = new Map([...(options.regionApis ?? [])].filter(([other]) => other !== region));
  const homes = new HomeRegionCache(database);
  const forwarding =
    apis.size > 0 ? new Forwarding({ region, apis, homes, logger, monotonic: () => performance.now() }) : undefined;
  const adapter = createHttpServer({
    ...{ logger, metrics, allowedMethods, authentication, region, forwarding },
    ...{ draining: () => draining, stopping: () => stopping },
    ...(options.requestMsMax !== undefined && { requestMsMax: options.requestMsMax }),
  });
  const readiness = readinessOf({ database, stopping: () => draining, workerReadiness });
  const application = { pipeline, readModel, currencies, outsideAccounts, definitions };
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.with({ application, regions: regions.homes, metrics, readiness }),
    adapter,
    { bodyParser: false, abortOnError: false, logger: new NestLog(logger) },
  );
  app.useGlobalPipes(new RequestPipe());
  app.useGlobalFilters(new ProblemFilter(logger, allowedMethods));
  serveDocumentation(app, CONTROLLERS);
  let url: string;
  try {
    await app.init();
    // Not `app.listen`, which also logs the error: a port in use is reported once, in one line.
    url = await app.getHttpAdapter().getInstance().listen({ port, host });
  } catch (error) {
    await store.close();
    await app.close();
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      ? new StartRefused(`port ${port} on ${host} is in use: choose another with PORT`)
      : error;
  }
  const openness = keys.neverUsed
    ? 'no API key was made yet: open to everyone on this machine, and to nobody else'
    : 'all API keys are revoked: open to nobody until `tidemark keys create`';
  logger.info({ url, engine: database.engine, version: database.version }, keys.empty ? openness : 'listening');

  let closing: Promise<void> | undefined;
  const close = async () => {
    draining = true;
    await stopServer(app, () => (stopping = true));
    await store.close();
    await database.close();
    logger.info('stopped');
  };
  return { url: url.replace(/\/$/, ''), close: () => (closing ??= close()) };
}
