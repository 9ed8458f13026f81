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
import { cockroachContainer, COCKROACH_IMAGE, dockerAnswers } from './docker.js';
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
/** No run of the suite takes this long. */
const LEFTOVER_AGE = '2 hours';

/**
 * For a node that is thrown away: schema changes and small ranges cost less. None of them changes what a statement means
 * (https://www.cockroachlabs.com/docs/stable/local-testing).
 */
const COCKROACH_TEST_SETTINGS = [
  'SET CLUSTER SETTING kv.range_merge.queue_enabled = false',
  'SET CLUSTER SETTING sql.stats.automatic_collection.enabled = false',
  "SET CLUSTER SETTING jobs.registry.interval.gc = '30s'",
  "SET CLUSTER SETTING jobs.registry.interval.cancel = '180s'",
  "SET CLUSTER SETTING jobs.retention_time = '15s'",
];

/**
 * Finds the engines that tests run on and starts those that need starting, once for the whole run. In order:
 * `DATABASE_URL` for the engine that answers there; for CockroachDB a program on PATH, then Docker; for PostgreSQL the
 * embedded one.
 *
 * @param from.directory where the embedded PostgreSQL keeps its data from run to run
 * @param from.env `DATABASE_URL`, `PATH`, `DOCKER_HOST`, and `REQUIRE_ENGINES`: a comma-separated list
 * @throws StartRefused one line when an engine of `REQUIRE_ENGINES` is missing, or `DATABASE_URL` does not answer
 */
export async function startEngines(from: { directory: string; env: NodeJS.ProcessEnv }): Promise<StartedEngines> {
  const required = requiredEngines(from.env.REQUIRE_ENGINES);
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
        engine === 'cockroach' ? await startCockroach(from.env, tried) : await startPostgres(from.directory, tried);
      if (!started) {
        missing.push({ engine, reason: tried.join(', ') });
        continue;
      }
      stops.push(started.stop);
      engines.push(await asTestEngine(started.url, started.found));
      if (started.prepare) await prepare(started.url, started.prepare);
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
  prepare?: (database: Database) => Promise<void>;
}

async function startCockroach(env: NodeJS.ProcessEnv, tried: string[]): Promise<Started | undefined> {
  const prepare = async (database: Database) => {
    for (const setting of COCKROACH_TEST_SETTINGS) await database.query(setting);
  };
  const binary = cockroachOnPath(env.PATH);
  if (binary !== undefined) {
    const { url, stop } = await localCockroach({ binary, storeSize: COCKROACH_STORE_SIZE });
    return { url, stop, found: 'on PATH', prepare };
  }
  tried.push('no cockroach on PATH');
  if (!(await dockerAnswers(env))) {
    tried.push('no Docker');
    return undefined;
  }
  try {
    return { ...(await cockroachContainer()), found: 'Docker', prepare };
  } catch (error) {
    tried.push(`Docker could not run ${COCKROACH_IMAGE}: ${firstLine(error)}`);
    return undefined;
  }
}

async function startPostgres(directory: string, tried: string[]): Promise<Started | undefined> {
  try {
    const { url, stop } = await localPostgres({ directory, database: 'postgres' });
    return { url, stop, found: 'embedded', prepare: dropLeftovers };
  } catch (error) {
    tried.push(firstLine(error));
    return undefined;
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
  const database = await connect({ url, applicationName: 'tidemark-test', poolSize: 1 });
  await database.close();
  return { engine: database.engine, url, version: database.version, found };
}

async function prepare(url: string, work: (database: Database) => Promise<void>): Promise<void> {
  const database = await connect({
    url,
    applicationName: 'tidemark-test',
    poolSize: 1,
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

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!;
}
