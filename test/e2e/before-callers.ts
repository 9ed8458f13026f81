import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Database, type Engine, migrate, migrationsOf } from '@tidemark/database';
import { freshDatabase, type FreshDatabase, type TestEngine } from '@tidemark/testing';

interface Rows {
  readonly [column: string]: unknown;
}

/** Requests and answers of the API and the import at commit 0a3d247, and the rows that they wrote. */
export interface BeforeCallers {
  readonly requests: readonly {
    readonly path: string;
    readonly body: unknown;
    readonly key: string;
    readonly headers: Record<string, string>;
    readonly status: number;
    readonly answer: Record<string, unknown>;
  }[];
  readonly wallets: readonly Rows[];
  readonly wallet_events: readonly Rows[];
  readonly commits: readonly Rows[];
  readonly command_outcomes: readonly Rows[];
}

export async function readBeforeCallers(): Promise<BeforeCallers> {
  return JSON.parse(await readFile(new URL('./before-callers.json', import.meta.url), 'utf8')) as BeforeCallers;
}

/** The first migration that the database of `before-callers.json` does not have. */
const FIRST_NEW = 'keys-of-callers';

/** The rows were written on PostgreSQL; on CockroachDB a position is a commit timestamp. */
export function positionOn(engine: Engine, position: string): string {
  return engine === 'postgres' ? position : `${1_700_000_000_000_000_000n + BigInt(position)}.0000000000`;
}

/** A database of a Tidemark from before keys belonged to callers, migrated to the current schema. */
export async function databaseOfBefore(engine: TestEngine, before: BeforeCallers): Promise<FreshDatabase> {
  const directory = migrationsOf(engine.engine);
  const old = await mkdtemp(join(tmpdir(), 'tidemark-before-'));
  const fresh = await freshDatabase(engine, { migrations: false });
  try {
    const files = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
    const first = files.findIndex((name) => name.includes(FIRST_NEW));
    for (const name of files.slice(0, first)) await cp(join(directory, name), join(old, name));
    await migrate({ url: fresh.url, directory: old });
    const database = await connect({ url: fresh.url, applicationName: 'test-before' });
    try {
      await insertAll(database, before);
    } finally {
      await database.close();
    }
    await migrate({ url: fresh.url, directory });
    return fresh;
  } catch (error) {
    await fresh.drop();
    throw error;
  } finally {
    await rm(old, { recursive: true });
  }
}

async function insertAll(database: Database, before: BeforeCallers): Promise<void> {
  const { engine } = database;
  for (const table of ['wallets', 'wallet_events', 'commits', 'command_outcomes'] as const) {
    for (const { position, hash, ...row } of before[table]) {
      const values: Rows = {
        ...row,
        ...(position !== undefined && { position: position && positionOn(engine, String(position)) }),
        ...(hash !== undefined && { hash: Buffer.from(String(hash), 'hex') }),
      };
      const columns = Object.keys(values);
      const places = columns.map((_, i) => `$${i + 1}`).join(', ');
      await database.query(
        `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`,
        columns.map((column) => values[column]),
      );
    }
  }
  if (engine === 'postgres') await database.query('UPDATE log_head SET position = (SELECT max(position) FROM commits)');
}
