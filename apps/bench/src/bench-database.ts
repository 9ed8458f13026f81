import { randomUUID } from 'node:crypto';
import { connect, type Database, ensureDatabase, localCockroach, migrate, migrationsOf } from '@tidemark/database';

/** Memory for a CockroachDB that a benchmark starts; a run of all benchmarks writes about 2 GiB. */
const COCKROACH_STORE = '6GiB';

/** What a benchmark takes from its caller. */
export interface BenchSurroundings {
  /** Finds or starts the database server of this installation. Whoever called it calls `stop` at the end. */
  home(): Promise<{ readonly url: string; stop(): Promise<void> }>;
  /** Gets a line for each step of the benchmark. */
  say(line: string): void;
  /** Aborts when the benchmark should end. */
  readonly signal: AbortSignal;
}

export interface BenchDatabase {
  readonly url: string;
  /** As its owner. */
  readonly owner: Database;
  connectApi(poolSize?: number): Promise<Database>;
}

/**
 * Gives a benchmark a migrated database of its own and drops it afterwards.
 *
 * @param engine `cockroach` starts the program on PATH, in memory; without it DATABASE_URL or the embedded PostgreSQL is used.
 * @throws StartRefused, ConnectFailed
 */
export async function withBenchDatabase<T>(
  { home: findHome }: Pick<BenchSurroundings, 'home'>,
  engine: 'cockroach' | undefined,
  work: (database: BenchDatabase) => Promise<T>,
): Promise<T> {
  const home = engine ? await localCockroach({ storeSize: COCKROACH_STORE }) : await findHome();
  await ensureDatabase(home.url);
  const name = `tidemark_bench_${randomUUID().replaceAll('-', '')}`;
  try {
    const url = new URL(home.url);
    url.pathname = `/${name}`;
    await migrate({ url: url.href, directory: migrationsOf });
    const opened: Database[] = [];
    const open = async (options: { role?: string; poolSize?: number }) => {
      const database = await connect({ url: url.href, applicationName: 'tidemark bench', ...options });
      opened.push(database);
      return database;
    };
    try {
      return await work({
        url: url.href,
        owner: await open({ poolSize: 64 }),
        connectApi: (poolSize = 10) => open({ role: 'tidemark_api', poolSize }),
      });
    } finally {
      for (const database of opened) await database.close();
      // A CockroachDB in memory goes with all that is in it, and takes minutes to drop what is large.
      if (!engine) await drop(home.url, name);
    }
  } finally {
    await home.stop();
  }
}

async function drop(url: string, name: string): Promise<void> {
  const admin = await connect({ url, applicationName: 'tidemark bench', poolSize: 1 });
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${name}`);
  } finally {
    await admin.close();
  }
}
