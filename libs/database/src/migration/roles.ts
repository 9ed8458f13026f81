import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunStatement } from '../statement.js';

/** The privileges of roles: role → table → privileges, for example `SELECT` or `UPDATE (region, former_regions)`. */
export type Roles = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Reads `roles.json` of a folder of migrations. A folder without one declares no roles. */
export async function readRoles(directory: string): Promise<Roles> {
  const text = await readFile(join(directory, 'roles.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  return JSON.parse(text) as Roles;
}

/**
 * Compares the server's roles with the declared ones.
 *
 * @returns the statements that create missing roles, and make this session's login a member of each role
 */
export async function missingRoles(query: RunStatement, roles: Roles): Promise<string[]> {
  const names = Object.keys(roles);
  const { rows } = await query<{ role: string; login: string; exists: boolean; member: boolean }>(
    `SELECT n.role, current_user AS login, r.rolname IS NOT NULL AS exists,
            CASE WHEN r.rolname IS NULL THEN false ELSE pg_has_role(current_user, r.oid, 'MEMBER') END AS member
     FROM unnest($1::text[]) AS n(role) LEFT JOIN pg_catalog.pg_roles r ON r.rolname = n.role`,
    [names],
  );
  const toCreate = rows.filter(({ exists }) => !exists);
  const toJoin = rows.filter(({ member }) => !member);
  return [
    ...toCreate.map(({ role }) => `CREATE ROLE ${role} NOLOGIN`),
    ...toJoin.map(({ role, login }) => `GRANT ${role} TO "${login.replaceAll('"', '""')}"`),
  ];
}

/** @returns the statements that let each role use the schema `public`. By default every role may, but an administrator can revoke it */
export async function missingUsage(query: RunStatement, roles: Roles): Promise<string[]> {
  const { rows } = await query<{ role: string }>(
    `SELECT r.rolname AS role FROM pg_catalog.pg_roles r
     WHERE r.rolname = ANY($1::text[]) AND NOT has_schema_privilege(r.rolname, 'public', 'USAGE') ORDER BY r.rolname`,
    [Object.keys(roles)],
  );
  return rows.map(({ role }) => `GRANT USAGE ON SCHEMA public TO ${role}`);
}

/** A privilege that a role lacks on a table. */
export interface MissingGrant {
  readonly role: string;
  readonly table: string;
  readonly privilege: string;
}

/**
 * Compares the privileges on the tables of a database with the declared ones. Tables that do not exist are ignored, and
 * so are privileges that are not declared.
 */
export async function missingGrants(query: RunStatement, roles: Roles): Promise<MissingGrant[]> {
  const declared = Object.entries(roles).flatMap(([role, tables]) =>
    Object.entries(tables).flatMap(([table, privileges]) =>
      privileges.flatMap((privilege) => columnsOf(privilege).map((column) => ({ role, table, privilege, column }))),
    ),
  );
  const { rows } = await query<{ n: string }>(
    `SELECT d.n FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS d(role, tbl, privilege, col, n)
     LEFT JOIN pg_catalog.pg_roles r ON r.rolname = d.role
     WHERE CASE
       WHEN to_regclass(d.tbl) IS NULL THEN false
       WHEN r.rolname IS NULL THEN true
       WHEN d.col IS NULL THEN NOT has_table_privilege(d.role, d.tbl, d.privilege)
       ELSE NOT has_column_privilege(d.role, d.tbl, d.col, d.privilege)
     END`,
    [
      declared.map(({ role }) => role),
      declared.map(({ table }) => table),
      declared.map(({ privilege }) => privilege.split(' ')[0]),
      declared.map(({ column }) => column),
    ],
  );
  const missing = new Set(rows.map(({ n }) => Number(n) - 1));
  const found = declared.filter((_, index) => missing.has(index));
  // A privilege on several columns is one row of the answer for each column.
  const byText = new Map(
    found.map(({ role, table, privilege }) => [`${role} ${table} ${privilege}`, { role, table, privilege }]),
  );
  return [...byText.values()];
}

/** @returns the statements that grant the missing privileges: one for all tables on which a role lacks the same */
export function grantsFor(missing: readonly MissingGrant[]): string[] {
  const byTable = new Map<string, { role: string; table: string; privileges: string[] }>();
  for (const { role, table, privilege } of missing) {
    const key = `${role} ${table}`;
    const grant = byTable.get(key) ?? { role, table, privileges: [] };
    grant.privileges.push(privilege);
    byTable.set(key, grant);
  }
  const tables = new Map<string, string[]>();
  for (const { role, table, privileges } of byTable.values()) {
    const key = `${privileges.join(', ')} TO ${role}`;
    tables.set(key, [...(tables.get(key) ?? []), table]);
  }
  return [...tables].map(([key, names]) => {
    const [privileges, role] = key.split(' TO ');
    return `GRANT ${privileges} ON TABLE ${names.join(', ')} TO ${role}`;
  });
}

/** The columns of a privilege, for example two for `UPDATE (region, former_regions)`. One `null` for the whole table. */
function columnsOf(privilege: string): (string | null)[] {
  const [, list] = privilege.split('(');
  return list === undefined
    ? [null]
    : list
        .replace(')', '')
        .split(',')
        .map((column) => column.trim());
}
