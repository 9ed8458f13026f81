import type { Database } from '../connect.js';
import { sqlStateOf } from '../classification.js';
import { StartRefused } from '../errors.js';
import { grantsFor, missingGrants, missingRoles, missingUsage, type MissingGrant, type Roles } from './roles.js';

const INSUFFICIENT_PRIVILEGE = '42501';
/** Maximum number of privileges that a line for the operator lists. */
const NAMED_MAX = 3;

/** Finds declared roles and grants that a database lacks, and creates them. */
export class Access {
  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly roles: Roles,
  ) {}

  /** True when nothing is missing. */
  async isComplete(): Promise<boolean> {
    return (await this.missing('roles')).length === 0 && (await this.missing('grants')).length === 0;
  }

  /**
   * Creates the missing roles, and makes this login a member of them.
   *
   * @returns the statements that it executed
   * @throws StartRefused in one line, with the statements for an administrator, when this login lacks the right
   */
  bringRoles(): Promise<string[]> {
    return this.bring('roles');
  }

  /** Grants the missing privileges on existing tables. Otherwise as {@link bringRoles}. */
  bringGrants(): Promise<string[]> {
    return this.bring('grants');
  }

  private async missing(what: 'roles' | 'grants'): Promise<string[]> {
    const { query } = this.database;
    if (what === 'roles') return await missingRoles(query, this.roles);
    return [...(await missingUsage(query, this.roles)), ...grantsFor(await missingGrants(query, this.roles))];
  }

  private async bring(what: 'roles' | 'grants'): Promise<string[]> {
    const statements = await this.missing(what);
    for (const text of statements) {
      await this.database.query(text).catch((error: unknown) => {
        if (sqlStateOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
        throw new StartRefused(
          `${(error as Error).message}; an administrator of this server has to run: ${statements.join('; ')}`,
        );
      });
    }
    return statements;
  }
}

/** @throws StartRefused in one line when the role that this session acts as lacks a declared privilege */
export async function requireGrants({ query }: Pick<Database, 'query'>, roles: Roles): Promise<void> {
  const { rows } = await query<{ role: string }>('SELECT current_user AS role');
  const { role } = rows[0]!;
  const tables = roles[role];
  if (!tables) return;
  const missing = await missingGrants(query, { [role]: tables });
  if (missing.length === 0) return;
  const named = missing.slice(0, NAMED_MAX).map(({ privilege, table }: MissingGrant) => `${privilege} on ${table}`);
  const more = missing.length > NAMED_MAX ? ` and ${missing.length - NAMED_MAX} more` : '';
  throw new StartRefused(`the role ${role} lacks ${named.join(', ')}${more}: run \`tidemark migrate\` first`);
}
