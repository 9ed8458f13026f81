import type { AuditReader } from './audit.js';

/** Every region that a row of the log names, in order, whether the database still has that region or not. */
export async function readRowRegions(reader: AuditReader): Promise<string[]> {
  const found = new Set<string>();
  for (const [table, sql] of Object.entries(NEXT_REGION)) {
    for (let after = ''; ;) {
      const { rows } = await reader.query<{ region: string }>(sql, [after], { name: `audit-regions-${table}` });
      if (!rows[0]) break;
      after = rows[0].region;
      found.add(after);
    }
  }
  return [...found].sort();
}

// From key to key: DISTINCT would read every row.
const nextIn = (table: string) => `SELECT t.region FROM ${table} t WHERE t.region > $1::text ORDER BY t.region LIMIT 1`;

const NEXT_REGION = {
  events: nextIn('wallet_events'),
  commits: nextIn('commits'),
  outcomes: nextIn('command_outcomes'),
};
