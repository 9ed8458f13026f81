import type { Database } from '@tidemark/database';

/** How many of something a second. */
export type Rate = number;

/** The rows that one deposit writes: its event and its outcome, each as the values of an INSERT. */
interface CommandRows {
  readonly event: readonly unknown[];
  readonly outcome: readonly unknown[];
}

/** What a service does that has no group commit: as many connections as requests. */
const CONNECTIONS = 64;

const EVENT_COLUMNS = [
  ...['region', 'wallet_id', 'version', 'shard', 'position', 'recorded_at'],
  ...['type', 'schema_version', 'data', 'metadata', 'hash'],
];
const OUTCOME_COLUMNS = [
  ...['region', 'wallet_id', 'idempotency_key', 'caller', 'request_hash', 'position', 'recorded_at', 'result'],
];

/** Rows of deposits that are in the log, to be written again elsewhere. */
export async function sampleRows(owner: Database, count: number): Promise<CommandRows[]> {
  const columns = (alias: string, names: readonly string[]) => names.map((name) => `${alias}.${name}`).join(', ');
  const { rows } = await owner.pool.query<unknown[]>({
    text: `SELECT ${columns('e', EVENT_COLUMNS)}, ${columns('o', OUTCOME_COLUMNS)}
      FROM wallet_events e
      JOIN command_outcomes o
        ON o.region = e.region AND o.wallet_id = e.wallet_id AND o.idempotency_key = e.metadata::json->>'idempotencyKey'
      WHERE e.type = 'FundsDeposited' LIMIT ${count}`,
    rowMode: 'array',
  } as never);
  return rows.map((row) => ({ event: row.slice(0, EVENT_COLUMNS.length), outcome: row.slice(EVENT_COLUMNS.length) }));
}

/**
 * Writes the rows into empty twins of their tables, one row a statement, each statement its own transaction.
 *
 * @returns commands a second: both rows of a command are written before its connection takes the next
 */
export async function insertOneByOne(owner: Database, rows: readonly CommandRows[], seconds: number): Promise<Rate> {
  for (const table of ['wallet_events', 'command_outcomes']) {
    await owner.query(`DROP TABLE IF EXISTS single_${table}`);
    await owner.query(`CREATE TABLE single_${table} (LIKE ${table} INCLUDING ALL)`);
  }
  const insertEvent = insertInto('single_wallet_events', EVENT_COLUMNS);
  const insertOutcome = insertInto('single_command_outcomes', OUTCOME_COLUMNS);
  const startedAt = performance.now();
  const end = startedAt + seconds * 1_000;
  let next = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < end && next < rows.length) {
        const { event, outcome } = rows[next++]!;
        await owner.query(insertEvent, [...event], { name: 'single-event' });
        await owner.query(insertOutcome, [...outcome], { name: 'single-outcome' });
      }
    }),
  );
  const rate = (next / (performance.now() - startedAt)) * 1_000;
  for (const table of ['wallet_events', 'command_outcomes']) await owner.query(`DROP TABLE single_${table}`);
  return rate;
}

function insertInto(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`;
}
