import { isMissingDatabase } from '../ask-engine.js';
import { StartRefused } from '../errors.js';
import type { RunStatement } from '../statement.js';

/** How a URL names a schema: libpq's `options`, and the parameters of JDBC, Prisma and others. */
const SCHEMA_PARAMETERS = ['schema', 'currentSchema', 'search_path'];

/**
 * Checks that a database's tables are in the schema `public`, or that there are none yet.
 *
 * @param query on a session whose search path is the default of its login and database
 * @throws StartRefused in one line: the URL names another schema, or the tables are in another one
 */
export async function requirePublicSchema(url: string, query: RunStatement): Promise<void> {
  const parameters = URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams();
  const asked = SCHEMA_PARAMETERS.map((name) => parameters.get(name)).find((schema) => schema && schema !== 'public');
  if (asked || /search_path\s*=/i.test(parameters.get('options') ?? '')) {
    throw new StartRefused(
      "the database URL names a schema, but Tidemark's tables are always in public; take it out of the URL",
    );
  }
  const { rows } = await query<{ schema: string }>(
    `SELECT schemaname AS schema FROM pg_catalog.pg_tables t WHERE tablename = 'schema_migrations'
       AND EXISTS (SELECT 1 FROM pg_catalog.pg_tables e WHERE e.schemaname = t.schemaname AND e.tablename = 'wallet_events')
     ORDER BY schemaname = 'public' DESC LIMIT 1`,
  ).catch((error: unknown) => {
    // CockroachDB accepts a session for a database that does not exist, until a query reads a catalog.
    if (isMissingDatabase(error)) return { rows: [] };
    throw error;
  });
  const [found] = rows;
  if (!found || found.schema === 'public') return;
  throw new StartRefused(
    `Tidemark's tables are in the schema ${found.schema} of this database and have to be in public: move each with` +
      ` ALTER TABLE ${found.schema}.… SET SCHEMA public, then run \`tidemark migrate\``,
  );
}
