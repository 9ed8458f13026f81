import { connect, type Database, migrate } from '@tidemark/database';

/** Where the scripts of all templates are kept, in the database of the server's own URL. */
const CREATE_SCRIPTS = `CREATE TABLE IF NOT EXISTS tidemark_test_templates (
  fingerprint text NOT NULL,
  script      text NOT NULL,
  CONSTRAINT tidemark_test_templates_pkey PRIMARY KEY (fingerprint)
)`;
/** Reading a schema and creating one are schema changes and catalog queries, beside other tests. */
const TIMEOUT_MS = 60_000;

export interface Copy {
  /** Of the database to create. */
  readonly name: string;
  readonly url: string;
  /** Says which schema it is. */
  readonly template: string;
  /** The migrations that make it. */
  readonly directory: string;
}

/**
 * Creates a database on CockroachDB with the schema that migrations make. Only the first for a template is migrated, in 50 schema
 * changes that take seconds; every other one runs the statements of its schema in one transaction.
 *
 * @param server connected to the same database for every copy
 */
export async function copySchema(server: Database, { name, url, template, directory }: Copy): Promise<void> {
  await server.query(CREATE_SCRIPTS);
  const kept = await server.query<{ script: string }>(
    'SELECT script FROM tidemark_test_templates WHERE fingerprint = $1',
    [template],
  );
  if (kept.rows.length === 0) {
    await migrate({ url, directory });
    await inside(url, async (migrated) => {
      await server.query('INSERT INTO tidemark_test_templates VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        template,
        await scriptOf(migrated),
      ]);
    });
    return;
  }
  await server.query(`CREATE DATABASE ${name}`);
  // By default each statement that changes the schema is committed at once.
  await inside(url, (fresh) =>
    fresh.query(`BEGIN; SET LOCAL autocommit_before_ddl = off; ${kept.rows[0]!.script} COMMIT`),
  );
}

/** The statements that make this database's tables, grants and rows once more. */
async function scriptOf({ query }: Database): Promise<string> {
  const tables = await query<{ create_statement: string }>('SHOW CREATE ALL TABLES');
  const { rows: grants } = await query<{ grantee: string; tbl: string; privileges: string }>(
    `SELECT grantee, table_name AS tbl, string_agg(privilege_type, ', ') AS privileges FROM information_schema.role_table_grants
     WHERE table_schema = 'public' AND grantee NOT IN ('admin', 'root', current_user) GROUP BY grantee, table_name`,
  );
  const { rows: names } = await query<{ name: string }>(
    `SELECT tablename AS name FROM pg_catalog.pg_tables WHERE schemaname = 'public'`,
  );
  const statements = [
    ...tables.rows.map(({ create_statement }) => create_statement.replace(/;$/, '')),
    ...grants.map(({ grantee, tbl, privileges }) => `GRANT ${privileges} ON TABLE ${tbl} TO ${grantee}`),
  ];
  for (const { name } of names) {
    const { rows } = await query<{ rows: string | null }>(`SELECT json_agg(t)::text AS rows FROM ${name} t`);
    const all = rows[0]!.rows;
    if (all === null) continue;
    statements.push(
      `INSERT INTO ${name} SELECT r.* FROM json_populate_recordset(NULL::${name}, '${all.replaceAll("'", "''")}') r`,
    );
  }
  return statements.map((statement) => `${statement};\n`).join('');
}

async function inside<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await connect({
    url,
    applicationName: 'tidemark-test',
    poolSize: 1,
    statementTimeoutMs: TIMEOUT_MS,
  });
  return await work(database).finally(() => database.close());
}
