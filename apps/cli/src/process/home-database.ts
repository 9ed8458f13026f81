import { join, resolve } from 'node:path';
import {
  connect,
  localPostgres,
  migrate,
  migrationsOf,
  requireSchema,
  requireServer,
  type Database,
} from '@tidemark/database';
import { UsageError } from './exit.js';
import type { Surroundings } from './surroundings.js';

/** Where this installation's database is. */
export interface HomeDatabase {
  readonly url: string;
  /** The directory of the embedded database; undefined where DATABASE_URL names another. */
  readonly directory: string | undefined;
  /** Stops the embedded database if no other process uses it. */
  stop(): Promise<void>;
}

/**
 * The database of DATABASE_URL, or the embedded one under TIDEMARK_HOME (default `.tidemark`): joined where it runs already,
 * started where it does not.
 *
 * @throws UsageError when DATABASE_URL is not a PostgreSQL URL; StartRefused
 */
export async function findHomeDatabase({ env, cwd, stderr }: Surroundings): Promise<HomeDatabase> {
  if (env.DATABASE_URL) {
    if (!/^postgres(ql)?:\/\//.test(env.DATABASE_URL) || !URL.canParse(env.DATABASE_URL)) {
      throw new UsageError('DATABASE_URL must have the form postgresql://user@host:port/database');
    }
    return { url: env.DATABASE_URL, directory: undefined, stop: async () => undefined };
  }
  const directory = join(resolve(cwd, env.TIDEMARK_HOME || '.tidemark'), 'postgres');
  const local = await localPostgres({ directory, log: (line) => void stderr.write(`${line}\n`) });
  return { url: local.url, directory, stop: () => local.stop() };
}

/**
 * Runs work on the database of this installation as one of its roles, and leaves no trace of itself: what was started
 * for it is stopped.
 *
 * The embedded database is migrated on the way. One that DATABASE_URL names must have been: by `tidemark migrate` or by
 * `npm start`, since several versions of the program may stand around it.
 *
 * @param options.role the database role to act as; without one, the login of the URL
 * @param options.records whether the command records times of this machine, whose clock must be the database's then
 * @throws StartRefused, ConnectFailed
 */
export async function withHomeDatabase<T>(
  surroundings: Surroundings,
  options: { readonly role?: 'tidemark_api'; readonly records?: true; readonly command: string },
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { role, records, command } = options;
  const home = await findHomeDatabase(surroundings);
  try {
    if (home.directory !== undefined) await migrate({ url: home.url, directory: migrationsOf });
    else if (records) await requireServer(home.url, { warn: (line) => void surroundings.stderr.write(`${line}\n`) });
    const database = await connect({ url: home.url, applicationName: `tidemark ${command}`, ...(role && { role }) });
    try {
      if (home.directory === undefined) await requireSchema(database, migrationsOf(database.engine));
      return await work(database);
    } finally {
      await database.close();
    }
  } finally {
    await home.stop();
  }
}
