import { classify, type Database, type RunStatement } from '@tidemark/database';
import { positionOf } from '@tidemark/event-store';
import type {
  Addition,
  Build,
  Columns,
  Line,
  LineTable,
  StateTable,
  TotalTable,
  Values,
  WalletRow,
} from './projection.js';

/** Where a statement runs: in a transaction, or by itself. */
export interface Connection {
  readonly engine: Database['engine'];
  query: RunStatement;
}

/** Everything that a piece of the log changes in one build and one region. */
export interface Changes {
  readonly rows: readonly WalletRow[];
  readonly lines: readonly Line[];
  readonly additions: readonly Addition[];
}

interface Column {
  readonly name: string;
  readonly type: string;
}

const STATE_KEY = 'generation, region, wallet_id';

/** The rows of some wallets in one region, by wallet id; none for a projection without a table for them. */
export async function loadRows(
  { engine, query }: Connection,
  { projection, generation }: Build,
  region: string,
  walletIds: readonly string[],
): Promise<Map<string, WalletRow>> {
  const { state: table } = projection;
  if (!table || walletIds.length === 0) return new Map();
  const { rows } = await query<Record<string, string | number | null>>(
    `SELECT ${stateColumns(table)} FROM ${table.name} r
     WHERE r.generation = $1::int8 AND r.region = $2::text AND r.wallet_id = ANY($3::text[])`,
    [generation, region, walletIds],
    { name: `load-${table.name}` },
  );
  return new Map(rows.map((row) => toWalletRow(engine, table, row)).map((row) => [row.walletId, row]));
}

/** The rows of a key range in one region, in the byte order of wallet ids. */
export async function pageOfRows(
  { engine, query }: Connection,
  { projection: { state: table }, generation }: Build,
  { region, after, limit }: { region: string; after: string; limit: number },
): Promise<WalletRow[]> {
  if (!table) return [];
  const { rows } = await query<Record<string, string | number | null>>(
    `SELECT ${stateColumns(table)} FROM ${table.name} r
     WHERE r.generation = $1::int8 AND r.region = $2::text AND r.wallet_id > $3::text ORDER BY r.wallet_id LIMIT $4::int8`,
    [generation, region, after, limit],
    { name: `page-${table.name}` },
  );
  return rows.map((row) => toWalletRow(engine, table, row));
}

/** The lines of a build after one of them, in the order of their key. */
export async function pageOfLines(
  { engine, query }: Connection,
  { projection: { lines: table }, generation }: Build,
  { region, after, limit }: { region: string; after: Pick<Line, 'walletId' | 'version' | 'line'>; limit: number },
): Promise<Line[]> {
  if (!table) return [];
  const line = table.onePerEvent ? '1' : 'l.line';
  const { rows } = await query<Record<string, string | number | null>>(
    `SELECT ${lineColumns(table)} FROM ${table.name} l
     WHERE l.generation = $1::int8 AND l.region = $2::text AND (l.wallet_id, l.version) >= ($3::text, $4::int8)
       AND (l.wallet_id, l.version, ${line}) > ($3::text, $4::int8, $5::int8)
     ORDER BY l.wallet_id, l.version, ${line} LIMIT $6::int8`,
    [generation, region, after.walletId, after.version, after.line, limit],
    { name: `page-${table.name}` },
  );
  return rows.map((row) => toLine(engine, table, row));
}

/** The lines of a build after one event up to another, which is included. @param to absent: up to the end */
export async function linesBetween(
  { engine, query }: Connection,
  { projection: { lines: table }, generation }: Build,
  region: string,
  after: { walletId: string; version: number },
  to: { walletId: string; version: number } | undefined,
): Promise<Line[]> {
  if (!table) return [];
  const bound = to && 'AND (l.wallet_id, l.version) <= ($5::text, $6::int8)';
  const { rows } = await query<Record<string, string | number | null>>(
    `SELECT ${lineColumns(table)} FROM ${table.name} l
     WHERE l.generation = $1::int8 AND l.region = $2::text
       AND l.wallet_id >= $3::text AND (l.wallet_id, l.version) > ($3::text, $4::int8) ${bound ?? ''}`,
    [generation, region, after.walletId, after.version, ...(to ? [to.walletId, to.version] : [])],
    { name: `lines-${to ? '' : 'to-end-'}${table.name}` },
  );
  return rows.map((row) => toLine(engine, table, row));
}

/** The sums of a build in a region: shard and key, then each sum in plain notation. */
export async function readTotals(
  { query }: Pick<Connection, 'query'>,
  { projection: { totals: table }, generation }: Build,
  region: string,
): Promise<Addition[]> {
  if (!table) return [];
  const names = [...Object.keys(table.key), ...Object.keys(table.sums)];
  const { rows } = await query<Record<string, string | number>>(
    `SELECT t.shard, ${names.map((name) => `t.${name}`).join(', ')} FROM ${table.name} t
     WHERE t.generation = $1::int8 AND t.region = $2::text`,
    [generation, region],
    { name: `totals-${table.name}` },
  );
  return rows.map((row) => ({ shard: Number(row['shard']), values: names.map((name) => row[name]!) }));
}

/** Wallets that a build has rows of, and the log no events in that region. @param limit at most so many */
export async function walletsWithoutEvents(
  { query }: Pick<Connection, 'query'>,
  { projection: { state: table }, generation }: Build,
  region: string,
  limit: number,
): Promise<string[]> {
  if (!table) return [];
  const { rows } = await query<{ wallet_id: string }>(
    `SELECT t.wallet_id FROM ${table.name} t
     WHERE t.generation = $1::int8 AND t.region = $2::text
       AND NOT EXISTS (SELECT 1 FROM wallet_events e WHERE e.region = t.region AND e.wallet_id = t.wallet_id)
     LIMIT $3::int8`,
    [generation, region, limit],
  );
  return rows.map(({ wallet_id }) => wallet_id);
}

/** What becomes of lines that are there already, where new ones belong. */
export type LinesThere = 'refused' | 'replaced';

/**
 * Writes what a piece of the log changes. A row replaces the one before it; lines and sums are added.
 *
 * @throws for lines that are there already, when they are `refused`
 */
export async function saveChanges(
  connection: Connection,
  { projection, generation }: Build,
  region: string,
  { rows, lines, additions }: Changes,
  there: LinesThere,
): Promise<void> {
  const { state, lines: lineTable, totals } = projection;
  if (state && rows.length > 0) await saveRows(connection, state, generation, region, rows);
  if (lineTable && there === 'replaced') await deleteLines(connection, lineTable, generation, region, lines);
  if (lineTable && lines.length > 0) await saveLines(connection, lineTable, generation, region, lines);
  if (totals && additions.length > 0) await addTotals(connection, totals, generation, region, additions);
}

/**
 * Writes lines where there should be none, and over those that are there all the same: someone put them in, or brought the
 * rows or checkpoints of an earlier day back. The log says what they have to be. (Replacing always costs 1.4 times as much.)
 */
export async function overStrayLines(write: (there: LinesThere) => Promise<void>): Promise<void> {
  try {
    await write('refused');
  } catch (error) {
    if (classify(error, 'write').class !== 'unique_violation') throw error;
    await write('replaced');
  }
}

/** Removes a wallet from a build, rows and lines. Sums stay as they are: they are not a wallet's. */
export async function deleteWallet(
  { query }: Connection,
  build: Build,
  region: string,
  walletId: string,
): Promise<void> {
  for (const table of [build.projection.state, build.projection.lines]) {
    if (!table) continue;
    await query(
      `DELETE FROM ${table.name} WHERE generation = $1::int8 AND region = $2::text AND wallet_id = $3::text`,
      [build.generation, region, walletId],
    );
  }
}

/** The tables of a projection. */
export function tablesOf({ state, lines, totals }: Build['projection']): string[] {
  return [state, lines, totals].flatMap((table) => (table ? [table.name] : []));
}

async function saveRows(
  connection: Connection,
  table: StateTable<unknown>,
  generation: string,
  region: string,
  rows: readonly WalletRow[],
): Promise<void> {
  const own = [
    { name: 'wallet_id', type: 'text' },
    { name: 'shard', type: 'int2' },
    { name: 'version', type: 'int8' },
    { name: 'position', type: positionType(connection) },
  ];
  const columns = [...own, ...columnsOf(table.columns)];
  const values = rows.map((row) => [row.walletId, row.shard, row.version, row.position, ...table.encode(row.state)]);
  // CockroachDB writes a whole row without reading the one before it, where the statement says UPSERT: two thirds of the time.
  const statement =
    connection.engine === 'cockroach'
      ? `UPSERT${insertion(table.name, columns).slice('INSERT'.length)}`
      : `${insertion(table.name, columns)} ON CONFLICT (${STATE_KEY}) DO UPDATE SET ${replaced(columns)}`;
  await connection.query(statement, [generation, region, ...transposed(columns, values)], {
    name: `save-${table.name}`,
  });
}

function replaced(columns: readonly Column[]): string {
  const changing = columns.filter(({ name }) => name !== 'wallet_id' && name !== 'shard');
  return changing.map(({ name }) => `${name} = excluded.${name}`).join(', ');
}

async function saveLines(
  connection: Connection,
  table: LineTable,
  generation: string,
  region: string,
  lines: readonly Line[],
): Promise<void> {
  const own = [
    { name: 'wallet_id', type: 'text' },
    { name: 'version', type: 'int8' },
    ...(table.onePerEvent ? [] : [{ name: 'line', type: 'int2' }]),
    { name: 'position', type: positionType(connection) },
  ];
  const columns = [...own, ...columnsOf(table.columns)];
  const values = [
    lines.map(({ walletId }) => walletId),
    lines.map(({ version }) => version),
    ...(table.onePerEvent ? [] : [lines.map(({ line }) => line)]),
    lines.map(({ position }) => position),
    ...Object.keys(table.columns).map((_, i) => lines.map((line) => line.values[i])),
  ];
  await connection.query(insertion(table.name, columns), [generation, region, ...values], {
    name: `save-${table.name}`,
  });
}

async function deleteLines(
  { query }: Connection,
  table: LineTable,
  generation: string,
  region: string,
  lines: readonly Line[],
): Promise<void> {
  await query(
    `DELETE FROM ${table.name} WHERE generation = $1::int8 AND region = $2::text
       AND (wallet_id, version) IN (SELECT * FROM unnest($3::text[], $4::int8[]))`,
    [generation, region, lines.map(({ walletId }) => walletId), lines.map(({ version }) => version)],
  );
}

async function addTotals(
  connection: Connection,
  table: TotalTable,
  generation: string,
  region: string,
  additions: readonly Addition[],
): Promise<void> {
  const key = [{ name: 'shard', type: 'int2' }, ...columnsOf(table.key)];
  const sums = columnsOf(table.sums);
  const columns = [...key, ...sums];
  const keyNames = key.map(({ name }) => name).join(', ');
  // One row may not be changed twice by a statement, so what goes to the same one is added up first.
  await connection.query(
    `INSERT INTO ${table.name} AS t (generation, region, ${columns.map(({ name }) => name).join(', ')})
     SELECT $1::int8, $2::text, ${keyNames}, ${sums.map(({ name, type }) => `sum(${name})::${type}`).join(', ')}
     FROM ${unnested(columns)} GROUP BY ${keyNames}
     ON CONFLICT (generation, region, ${keyNames})
     DO UPDATE SET ${sums.map(({ name }) => `${name} = t.${name} + excluded.${name}`).join(', ')}`,
    [
      generation,
      region,
      ...transposed(
        columns,
        additions.map(({ shard, values }) => [shard, ...values]),
      ),
    ],
    { name: `add-${table.name}` },
  );
}

function insertion(table: string, columns: readonly Column[]): string {
  const names = columns.map(({ name }) => name).join(', ');
  return `INSERT INTO ${table} (generation, region, ${names}) SELECT $1::int8, $2::text, ${names} FROM ${unnested(columns)}`;
}

/** $1 is the generation and $2 the region; each column is one array after them. */
function unnested(columns: readonly Column[]): string {
  const arrays = columns.map(({ type }, i) => `$${i + 3}::${type}[]`).join(', ');
  return `unnest(${arrays}) AS u(${columns.map(({ name }) => name).join(', ')})`;
}

function transposed(columns: readonly Column[], rows: readonly Values[]): unknown[][] {
  return columns.map((_, i) => rows.map((row) => row[i]));
}

function columnsOf(columns: Columns): Column[] {
  return Object.entries(columns).map(([name, type]) => ({ name, type }));
}

function positionType({ engine }: Pick<Database, 'engine'>): string {
  return engine === 'postgres' ? 'int8' : 'decimal';
}

function stateColumns({ columns }: StateTable<unknown>): string {
  return ['wallet_id', 'shard', 'version', 'position::text AS position', ...Object.keys(columns)]
    .map((name) => `r.${name}`)
    .join(', ');
}

function toWalletRow(
  engine: Database['engine'],
  table: StateTable<unknown>,
  row: Record<string, string | number | null>,
): WalletRow {
  return {
    walletId: String(row['wallet_id']),
    shard: Number(row['shard']),
    version: Number(row['version']),
    position: positionOf(engine, String(row['position'])),
    state: decoded(
      table,
      Object.keys(table.columns).map((name) => row[name]!),
    ),
  };
}

/** What cannot be read is as if an earlier version had written it: the log says what it has to be. */
function decoded(table: StateTable<unknown>, values: Values): unknown {
  try {
    return table.decode(values);
  } catch {
    return undefined;
  }
}

function lineColumns({ columns, onePerEvent = false }: LineTable): string {
  const own = [
    'l.wallet_id',
    'l.version',
    `${onePerEvent ? '1' : 'l.line'} AS line_number`,
    'l.position::text AS position',
  ];
  return [...own, ...Object.keys(columns).map((name) => `l.${name}`)].join(', ');
}

function toLine(engine: Database['engine'], table: LineTable, row: Record<string, string | number | null>): Line {
  return {
    walletId: String(row['wallet_id']),
    version: Number(row['version']),
    line: Number(row['line_number']),
    position: positionOf(engine, String(row['position'])),
    values: Object.keys(table.columns).map((name) => row[name]!),
  };
}
