import {
  cockroachOnPath,
  connect,
  type Database,
  type Engine,
  localCockroach,
  localPostgres,
  sqlStateOf,
  StartRefused,
} from '@tidemark/database';
import {
  cockroachContainer,
  COCKROACH_IMAGE,
  type Container,
  dockerAnswers,
  POSTGRES_IMAGE,
  postgresContainer,
} from './docker.js';
import { TEST_DATABASE_PREFIX } from './fresh-database.js';
import type { MissingEngine, TestEngine } from './test-engine.js';

export interface StartedEngines {
  engines: TestEngine[];
  missing: MissingEngine[];
  stop(): Promise<void>;
}

/** Enough for the suite's data; the server takes memory only as data comes. */
const COCKROACH_STORE_SIZE = '2GiB';
const DDL_TIMEOUT_MS = 60_000;
/** A server that has just been started on a machine that is busy with other tests. */
const CONNECT_TIMEOUT_MS = 30_000;
/** No run of the suite takes this long. */
const LEFTOVER_AGE = '2 hours';

/**
 * For a node that is thrown away: schema changes and small ranges cost less. None of them changes what a statement means
 * (https://www.cockroachlabs.com/docs/stable/local-testing).
 */
const COCKROACH_TEST_SETTINGS = [
  // After some minutes of load a 26.1 alpha answers nothing any more while these are on (docs/faults.md).
  'SET CLUSTER SETTING admission.kv.enabled = false',
  'SET CLUSTER SETTING admission.sql_kv_response.enabled = false',
  'SET CLUSTER SETTING admission.sql_sql_response.enabled = false',
  'SET CLUSTER SETTING kv.range_merge.queue_enabled = false',
  'SET CLUSTER SETTING sql.stats.automatic_collection.enabled = false',
  "SET CLUSTER SETTING jobs.registry.interval.gc = '30s'",
  "SET CLUSTER SETTING jobs.registry.interval.cancel = '180s'",
  "SET CLUSTER SETTING jobs.retention_time = '15s'",
];

/**
 * Finds the engines that tests run on and starts those that need starting, once for the whole run. In order:
 * `DATABASE_URL` for the engine that answers there; for CockroachDB a program on PATH, for PostgreSQL the embedded one; then
 * Docker.
 *
 * @param from.directory where the embedded PostgreSQL keeps its data from run to run
 * @param from.env `DATABASE_URL`, `PATH`, `DOCKER_HOST`; `REQUIRE_ENGINES`: a comma-separated list; `TEST_ENGINES=docker`: look
 *   nowhere but there and at `DATABASE_URL`
 * @throws StartRefused one line when an engine of `REQUIRE_ENGINES` is missing, or `DATABASE_URL` does not answer
 */
export async function startEngines(from: { directory: string; env: NodeJS.ProcessEnv }): Promise<StartedEngines> {
  const required = requiredEngines(from.env.REQUIRE_ENGINES);
  const containersOnly = isContainersOnly(from.env.TEST_ENGINES);
  const engines: TestEngine[] = [];
  const missing: MissingEngine[] = [];
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => void (await Promise.all(stops.map((end) => end())));
  try {
    const given = from.env.DATABASE_URL ? await asTestEngine(from.env.DATABASE_URL, 'DATABASE_URL') : undefined;
    for (const engine of ['cockroach', 'postgres'] as const) {
      if (given?.engine === engine) {
        engines.push(given);
        continue;
      }
      const tried = [given ? `DATABASE_URL is ${given.engine}` : 'no DATABASE_URL'];
      const started =
        (containersOnly ? undefined : await startHere(engine, from, tried)) ??
        (await startContainer(engine, from.env, tried));
      if (!started) {
        missing.push({ engine, reason: tried.join(', ') });
        continue;
      }
      stops.push(started.stop);
      engines.push(await asTestEngine(started.url, started.found));
      await prepare(started.url, started.prepare);
    }
    const absent = missing.filter(({ engine }) => required.includes(engine));
    if (absent.length > 0) {
      throw new StartRefused(`REQUIRE_ENGINES: ${absent.map((each) => `${each.engine} (${each.reason})`).join('; ')}`);
    }
    return { engines, missing, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Started {
  url: string;
  found: string;
  stop(): Promise<void>;
  prepare: (database: Database) => Promise<void>;
}

const PREPARATIONS: Record<Engine, (database: Database) => Promise<void>> = {
  cockroach: async (database) => {
    for (const setting of COCKROACH_TEST_SETTINGS) await database.query(setting);
  },
  postgres: dropLeftovers,
};

async function startHere(
  engine: Engine,
  from: { directory: string; env: NodeJS.ProcessEnv },
  tried: string[],
): Promise<Started | undefined> {
  const prepare = PREPARATIONS[engine];
  if (engine === 'cockroach') {
    const binary = cockroachOnPath(from.env.PATH);
    if (binary === undefined) return void tried.push('no cockroach on PATH');
    return { ...(await localCockroach({ binary, storeSize: COCKROACH_STORE_SIZE })), found: 'on PATH', prepare };
  }
  try {
    return {
      ...(await localPostgres({ directory: from.directory, database: 'postgres' })),
      found: 'embedded',
      prepare,
    };
  } catch (error) {
    return void tried.push(firstLine(error));
  }
}

const CONTAINERS: Record<Engine, { readonly image: string; start(): Promise<Container> }> = {
  cockroach: { image: COCKROACH_IMAGE, start: cockroachContainer },
  postgres: { image: POSTGRES_IMAGE, start: postgresContainer },
};

async function startContainer(engine: Engine, env: NodeJS.ProcessEnv, tried: string[]): Promise<Started | undefined> {
  if (!(await dockerAnswers(env))) return void tried.push('no Docker');
  const { image, start } = CONTAINERS[engine];
  try {
    return { ...(await start()), found: 'Docker', prepare: PREPARATIONS[engine] };
  } catch (error) {
    return void tried.push(`Docker could not run ${image}: ${firstLine(error)}`);
  }
}

/**
 * Drops what killed runs left behind. Other runs may be using this server now, so only databases go that are too old to be
 * theirs and that nobody is connected to. A template that is missed is built again.
 */
async function dropLeftovers(database: Database): Promise<void> {
  const { rows } = await database.query<{ datname: string }>(
    `SELECT datname FROM pg_database
     WHERE starts_with(datname, $1)
       AND (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '${LEFTOVER_AGE}'`,
    [TEST_DATABASE_PREFIX],
  );
  for (const { datname } of rows) {
    await database.query(`DROP DATABASE IF EXISTS "${datname}"`).catch((error: unknown) => {
      if (sqlStateOf(error) !== '55006') throw error; // object_in_use
    });
  }
}

async function asTestEngine(url: string, found: string): Promise<TestEngine> {
  const database = await connect({
    url,
    applicationName: 'tidemark-test',
    poolSize: 1,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
  await database.close();
  return { engine: database.engine, url, version: database.version, found };
}

async function prepare(url: string, work: (database: Database) => Promise<void>): Promise<void> {
  const database = await connect({
    url,
    applicationName: 'tidemark-test',
    poolSize: 1,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    statementTimeoutMs: DDL_TIMEOUT_MS,
  });
  await work(database).finally(() => database.close());
}

function requiredEngines(list = ''): Engine[] {
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.filter((name) => name !== 'cockroach' && name !== 'postgres');
  if (unknown.length > 0)
    throw new StartRefused(`REQUIRE_ENGINES knows cockroach and postgres, not ${unknown.join(', ')}`);
  return names as Engine[];
}

function isContainersOnly(setting = ''): boolean {
  if (setting !== '' && setting !== 'docker') throw new StartRefused(`TEST_ENGINES knows docker, not ${setting}`);
  return setting === 'docker';
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!;
}
