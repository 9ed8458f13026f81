import { classify, type Database, type Engine, type RunStatement } from '@tidemark/database';
import { positionOf } from '@tidemark/event-store';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Addition, Build, Line, StateTable, Values, WalletRow } from './projection.js';
import { namesOf, shapeOf, typeOn, type Column, type TableShape } from './table-columns.js';

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

/** The rows of some wallets in one region, by wallet id; none for a projection without a table for them. */
export async function loadRows(
  { engine, query }: Connection,
  { projection, generation }: Build,
  region: string,
  walletIds: readonly string[],
): Promise<Map<string, WalletRow>> {
  const { state } = projection;
  if (!state || walletIds.length === 0) return new Map();
  const table = shapeOf(state.table);
  const { rows } = await query<Record<string, string | number | null>>(
    `SELECT ${stateColumns(table)} FROM ${table.name} r
     WHERE r.generation = $1::int8 AND r.region = $2::text AND r.wallet_id = ANY($3::text[])`,
    [generation, region, walletIds],
    { name: `load-${table.name}` },
  );
  return new Map(rows.map((row) => toWalletRow(engine, state, row)).map((row) => [row.walletId, row]));
}

/** The rows of a key range in one region, in the byte order of wallet ids. */
export async function pageOfRows(
  { engine, query }: Connection,
  { projection: { state }, generation }: Build,
  { region, after, limit }: { region: string; after: string; limit: number },
): Promise<WalletRow[]> {
  if (!state) return [];
  const table = shapeOf(state.table);
  const { rows } = await query<Record<string, string | number | null>>(
    `SELECT ${stateColumns(table)} FROM ${table.name} r
     WHERE r.generation = $1::int8 AND r.region = $2::text AND r.wallet_id > $3::text ORDER BY r.wallet_id LIMIT $4::int8`,
    [generation, region, after, limit],
    { name: `page-${table.name}` },
  );
  return rows.map((row) => toWalletRow(engine, state, row));
}

/** The lines of a build after one of them, in the order of their key. */
export async function pageOfLines(
  { engine, query }: Connection,
  { projection: { lines }, generation }: Build,
  { region, after, limit }: { region: string; after: Pick<Line, 'walletId' | 'version' | 'line'>; limit: number },
): Promise<Line[]> {
  if (!lines) return [];
  const table = shapeOf(lines);
  const line = table.hasLines ? 'l.line' : '1';
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
  { projection: { lines }, generation }: Build,
  region: string,
  after: { walletId: string; version: number },
  to: { walletId: string; version: number } | undefined,
): Promise<Line[]> {
  if (!lines) return [];
  const table = shapeOf(lines);
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
  { projection: { totals }, generation }: Build,
  region: string,
): Promise<Addition[]> {
  if (!totals) return [];
  const table = shapeOf(totals);
  const names = namesOf(table.own);
  const { rows } = await query<Record<string, string | number>>(
    `SELECT t.shard, ${names.map((name) => `t.${name}`).join(', ')} FROM ${table.name} t
     WHERE t.generation = $1::int8 AND t.region = $2::text`,
    [generation, region],
    { name: `totals-${table.name}` },
  );
  return rows.map((row) => ({ shard: Number(row['shard']), values: names.map((name) => row[name]!) }));
}

/** Wallets with rows in a build and no events of that region in the log. @param limit maximum number */
export async function walletsWithoutEvents(
  { query }: Pick<Connection, 'query'>,
  { projection: { state }, generation }: Build,
  region: string,
  limit: number,
): Promise<string[]> {
  if (!state) return [];
  const { rows } = await query<{ wallet_id: string }>(
    `SELECT t.wallet_id FROM ${shapeOf(state.table).name} t
     WHERE t.generation = $1::int8 AND t.region = $2::text
       AND NOT EXISTS (SELECT 1 FROM wallet_events e WHERE e.region = t.region AND e.wallet_id = t.wallet_id)
     LIMIT $3::int8`,
    [generation, region, limit],
  );
  return rows.map(({ wallet_id }) => wallet_id);
}

/** What happens to existing lines in the place of new ones. */
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
  if (lineTable && there === 'replaced')
    await deleteLines(connection, shapeOf(lineTable).name, generation, region, lines);
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
  for (const table of [build.projection.state?.table, build.projection.lines]) {
    if (!table) continue;
    await query(
      `DELETE FROM ${shapeOf(table).name} WHERE generation = $1::int8 AND region = $2::text AND wallet_id = $3::text`,
      [build.generation, region, walletId],
    );
  }
}

/** The tables of a projection. */
export function tablesOf({ state, lines, totals }: Build['projection']): string[] {
  return [state?.table, lines, totals].flatMap((table) => (table ? [shapeOf(table).name] : []));
}

/** What is in the engine's columns. */
const OF_ROW: Readonly<Record<string, (row: WalletRow) => string | number>> = {
  wallet_id: ({ walletId }) => walletId,
  shard: ({ shard }) => shard,
  version: ({ version }) => version,
  position: ({ position }) => position,
};
const OF_LINE: Readonly<Record<string, (line: Line) => string | number>> = {
  wallet_id: ({ walletId }) => walletId,
  version: ({ version }) => version,
  line: ({ line }) => line,
  position: ({ position }) => position,
};

async function saveRows(
  connection: Connection,
  state: StateTable<unknown>,
  generation: string,
  region: string,
  rows: readonly WalletRow[],
): Promise<void> {
  const table = shapeOf(state.table);
  const columns = [...table.engines, ...table.own];
  const values = rows.map((row) => [
    ...table.engines.map(({ name }) => OF_ROW[name]!(row)),
    ...state.encode(row.state),
  ]);
  // CockroachDB writes a whole row without reading the one before it, where the statement says UPSERT: two thirds of the time.
  const statement =
    connection.engine === 'cockroach'
      ? `UPSERT${insertion(connection.engine, table.name, columns).slice('INSERT'.length)}`
      : `${insertion(connection.engine, table.name, columns)} ON CONFLICT (${table.primaryKey.join(', ')}) DO UPDATE SET ${replaced(columns)}`;
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
  lineTable: PgTable,
  generation: string,
  region: string,
  lines: readonly Line[],
): Promise<void> {
  const table = shapeOf(lineTable);
  const columns = [...table.engines, ...table.own];
  const values = [
    ...table.engines.map(({ name }) => lines.map(OF_LINE[name]!)),
    ...table.own.map((_, i) => lines.map((line) => line.values[i])),
  ];
  await connection.query(insertion(connection.engine, table.name, columns), [generation, region, ...values], {
    name: `save-${table.name}`,
  });
}

async function deleteLines(
  { query }: Connection,
  table: string,
  generation: string,
  region: string,
  lines: readonly Line[],
): Promise<void> {
  await query(
    `DELETE FROM ${table} WHERE generation = $1::int8 AND region = $2::text
       AND (wallet_id, version) IN (SELECT * FROM unnest($3::text[], $4::int8[]))`,
    [generation, region, lines.map(({ walletId }) => walletId), lines.map(({ version }) => version)],
  );
}

async function addTotals(
  connection: Connection,
  totals: PgTable,
  generation: string,
  region: string,
  additions: readonly Addition[],
): Promise<void> {
  const table = shapeOf(totals);
  const key = [...table.engines, ...table.key];
  const sums = table.own.slice(table.key.length);
  const columns = [...key, ...sums];
  const keyNames = namesOf(key).join(', ');
  // One row may not be changed twice by a statement, so what goes to the same one is added up first.
  await connection.query(
    `INSERT INTO ${table.name} AS t (generation, region, ${namesOf(columns).join(', ')})
     SELECT $1::int8, $2::text, ${keyNames}, ${sums.map((column) => `sum(${column.name})::${typeOn(connection.engine, column)}`).join(', ')}
     FROM ${unnested(connection.engine, columns)} GROUP BY ${keyNames}
     ON CONFLICT (${table.primaryKey.join(', ')})
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

function insertion(engine: Engine, table: string, columns: readonly Column[]): string {
  const names = namesOf(columns).join(', ');
  return `INSERT INTO ${table} (generation, region, ${names}) SELECT $1::int8, $2::text, ${names} FROM ${unnested(engine, columns)}`;
}

/** $1 is the generation and $2 the region; each column is one array after them. */
function unnested(engine: Engine, columns: readonly Column[]): string {
  const arrays = columns.map((column, i) => `$${i + 3}::${typeOn(engine, column)}[]`).join(', ');
  return `unnest(${arrays}) AS u(${namesOf(columns).join(', ')})`;
}

function transposed(columns: readonly Column[], rows: readonly Values[]): unknown[][] {
  return columns.map((_, i) => rows.map((row) => row[i]));
}

function stateColumns({ own }: TableShape): string {
  return ['wallet_id', 'shard', 'version', 'position::text AS position', ...namesOf(own)]
    .map((name) => `r.${name}`)
    .join(', ');
}

function toWalletRow(
  engine: Database['engine'],
  state: StateTable<unknown>,
  row: Record<string, string | number | null>,
): WalletRow {
  return {
    walletId: String(row['wallet_id']),
    shard: Number(row['shard']),
    version: Number(row['version']),
    position: positionOf(engine, String(row['position'])),
    state: decoded(
      state,
      shapeOf(state.table).own.map(({ name }) => row[name]!),
    ),
  };
}

/** What cannot be read is as if an earlier version had written it: the log says what it has to be. */
function decoded(state: StateTable<unknown>, values: Values): unknown {
  try {
    return state.decode(values);
  } catch {
    return undefined;
  }
}

function lineColumns({ own, hasLines }: TableShape): string {
  const engines = [
    'l.wallet_id',
    'l.version',
    `${hasLines ? 'l.line' : '1'} AS line_number`,
    'l.position::text AS position',
  ];
  return [...engines, ...namesOf(own).map((name) => `l.${name}`)].join(', ');
}

function toLine(engine: Database['engine'], { own }: TableShape, row: Record<string, string | number | null>): Line {
  return {
    walletId: String(row['wallet_id']),
    version: Number(row['version']),
    line: Number(row['line_number']),
    position: positionOf(engine, String(row['position'])),
    values: own.map(({ name }) => row[name]!),
  };
}
