import { StartRefused, type Database } from '@tidemark/database';

/** Insert-only tables. The API's role must not be able to change their rows. */
const APPEND_ONLY = ['wallet_events', 'command_outcomes', 'commits'];

/**
 * Makes sure that the role of a connection can only insert into the log.
 *
 * @throws StartRefused naming the first privilege that it should not have
 */
export async function refusePowerfulRole(database: Database): Promise<void> {
  const { rows } = await database.query<{ acts_as: string; table_name: string; privilege: string }>(
    FORBIDDEN[database.engine],
    [APPEND_ONLY],
  );
  const first = rows[0];
  if (!first) return;
  throw new StartRefused(
    `the role ${first.acts_as} may ${first.privilege} ${first.table_name}; the API only starts as a role that can do no` +
      ' more than append to the log',
  );
}

const FORBIDDEN = {
  postgres: `
SELECT current_user AS acts_as, t.table_name, p.privilege
FROM unnest($1::text[]) AS t(table_name), unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p(privilege)
WHERE has_table_privilege(current_user, t.table_name, p.privilege)
   OR (p.privilege = 'UPDATE' AND has_any_column_privilege(current_user, t.table_name, p.privilege))
ORDER BY t.table_name, p.privilege`,

  // TRUNCATE asks for DROP, which has_table_privilege does not know (it takes TRUNCATE for DELETE); an owner's rights are
  // not among the grants.
  cockroach: `
SELECT current_user AS acts_as, g.table_name, g.privilege_type AS privilege
FROM information_schema.table_privileges g
WHERE g.table_schema = current_schema() AND g.table_name = ANY($1::text[])
  AND g.privilege_type IN ('UPDATE', 'DELETE', 'DROP', 'ALL') AND pg_has_role(current_user, g.grantee, 'USAGE')
UNION ALL
SELECT current_user, o.tablename, 'DROP'
FROM pg_catalog.pg_tables o
WHERE o.schemaname = current_schema() AND o.tablename = ANY($1::text[])
  AND pg_has_role(current_user, o.tableowner, 'USAGE')
ORDER BY 2, 3`,
};
