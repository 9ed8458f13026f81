import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type Database, migrate, migrationsOf, sqlStateOf } from '@tidemark/database';
import { copySchema } from './cockroach-template.js';
import type { TestEngine } from './test-engine.js';

/** Every database of a test begins with it, so that leftovers of killed runs can be told from anything else. */
export const TEST_DATABASE_PREFIX = 'tidemark_test_';

/** Creating and dropping databases on CockroachDB are schema changes. */
const DDL_TIMEOUT_MS = 60_000;
/** Builds read the past, up to 2 s ago (`fixPosition`): a database that is younger does not exist there. */
const COCKROACH_AGE_MS = 2_500;
/** Others create from the same template, or are just building it. */
const ATTEMPTS_MAX = 20;

export interface FreshDatabase {
  url: string;
  /** Drops it, also with open connections. */
  drop(): Promise<void>;
}

/**
 * Creates a database of its own for a test file, with the schema of one that was migrated once: PostgreSQL copies it, on CockroachDB
 * its statements are run again ({@link copySchema}).
 *
 * @param options.migrations another folder of migrations; `false` for an empty database. Absent: the repository's.
 */
export async function freshDatabase(
  engine: TestEngine,
  options: { migrations?: string | false | undefined } = {},
): Promise<FreshDatabase> {
  const name = `${TEST_DATABASE_PREFIX}${randomUUID().replaceAll('-', '')}`;
  const url = urlOf(engine, name);
  const directory = options.migrations ?? migrationsOf(engine.engine);
  if (directory === false) {
    await administer(engine, (server) => server.query(`CREATE DATABASE ${name}`));
  } else if (engine.engine === 'postgres') {
    await copyTemplate(engine, name, directory);
  } else {
    const template = await fingerprint(directory);
    await administer(engine, (server) => copySchema(server, { name, url, template, directory }));
    await new Promise((done) => setTimeout(done, COCKROACH_AGE_MS));
  }
  return {
    url,
    drop: async () => {
      // It takes CockroachDB seconds, and the server is thrown away after the run.
      if (engine.engine === 'cockroach' && engine.found !== 'DATABASE_URL') return;
      const how = engine.engine === 'postgres' ? 'WITH (FORCE)' : 'CASCADE';
      await administer(engine, (server) => server.query(`DROP DATABASE IF EXISTS ${name} ${how}`));
    },
  };
}

async function copyTemplate(engine: TestEngine, name: string, directory: string): Promise<void> {
  const template = `${TEST_DATABASE_PREFIX}template_${await fingerprint(directory)}`;
  await administer(engine, async (server) => {
    for (let attempt = 1; ; attempt++) {
      try {
        await server.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
        return;
      } catch (error) {
        const state = sqlStateOf(error);
        if (attempt >= ATTEMPTS_MAX || (state !== '3D000' && state !== '55006')) throw error;
        if (state === '3D000') await buildTemplate(engine, server, template, directory);
        else await new Promise((done) => setTimeout(done, attempt * 10)); // 55006: a session on it is just ending
      }
    }
  });
}

/** Under another name first, so that no test copies a template that is half migrated. */
async function buildTemplate(engine: TestEngine, server: Database, template: string, directory: string): Promise<void> {
  const building = `${TEST_DATABASE_PREFIX}building_${randomUUID().replaceAll('-', '')}`;
  await migrate({ url: urlOf(engine, building), directory });
  try {
    await server.query(`ALTER DATABASE ${building} RENAME TO ${template}`);
  } catch (error) {
    await server.query(`DROP DATABASE ${building} WITH (FORCE)`);
    // Else another test file was faster: duplicate_database, or the same seen as a unique violation.
    if (!['42P04', '23505'].includes(sqlStateOf(error) ?? '')) throw error;
  }
}

async function fingerprint(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(directory)).filter((each) => /\.(sql|json)$/.test(each)).sort()) {
    hash.update(`${file}\0`).update(await readFile(join(directory, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function administer<T>(engine: TestEngine, work: (server: Database) => Promise<T>): Promise<T> {
  const server = await connect({
    url: engine.url,
    applicationName: 'tidemark-test',
    poolSize: 1,
    statementTimeoutMs: DDL_TIMEOUT_MS,
  });
  return await work(server).finally(() => server.close());
}

function urlOf(engine: TestEngine, database: string): string {
  const url = new URL(engine.url);
  url.pathname = `/${database}`;
  return url.href;
}
