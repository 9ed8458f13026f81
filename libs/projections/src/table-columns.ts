import type { Engine } from '@tidemark/database';
import { POSITION_TYPE } from '@tidemark/event-store';
import { customType, getTableConfig, text, type PgTable } from 'drizzle-orm/pg-core';

// The types of columns that tables of projections have. Their names are known to both engines.

/** A string, because it may exceed what a JavaScript number holds. */
export const int8 = customType<{ data: string; driverData: string }>({ dataType: () => 'int8' });
export const int2 = customType<{ data: number; driverData: number | string }>({
  dataType: () => 'int2',
  fromDriver: Number,
});
/** `YYYY-MM-DD`. */
export const date = customType<{ data: string; driverData: string }>({ dataType: () => 'date' });
/** Always selected as text, and added up by the database. */
export const decimal = customType<{ data: string; driverData: string }>({ dataType: () => 'decimal' });
/** ISO 8601, UTC, milliseconds. drizzle switches the pool's own parsers for times off. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamptz(3)',
  fromDriver: (stored) => new Date(stored).toISOString(),
});
/** A place in the log; always selected as text. Its type is `POSITION_TYPE`. */
export const position = customType<{ data: string; driverData: string }>({ dataType: () => POSITION });

const POSITION = 'position';

// The engine's own columns, which stand before those of a projection.

const ofBuild = () => ({ generation: int8('generation').notNull(), region: text('region').notNull() });

/** Of a table with a row for each wallet. Its primary key: generation, region, wallet_id. */
export const walletColumns = () => ({
  ...ofBuild(),
  walletId: text('wallet_id').notNull(),
  shard: int2('shard').notNull(),
  version: int8('version').notNull(),
  position: position('position').notNull(),
});

/** Of a table to which an event adds one row at most. Its primary key: generation, region, wallet_id, version. */
export const eventColumns = () => ({
  ...ofBuild(),
  walletId: text('wallet_id').notNull(),
  version: int8('version').notNull(),
  position: position('position').notNull(),
});

/** Of a table to which an event adds several rows; `line` counts from 1 within an event, and ends the primary key. */
export const lineColumns = () => ({ ...eventColumns(), line: int2('line').notNull() });

/** Of a table of sums. They and the projection's key are the primary key. */
export const sumColumns = () => ({ ...ofBuild(), shard: int2('shard').notNull() });

const BUILD_AND_REGION = new Set(['generation', 'region']);
const ENGINES = new Set(['wallet_id', 'shard', 'version', 'line', 'position']);

export interface Column {
  readonly name: string;
  readonly type: string;
}

/** What the engine's statements are made of. */
export interface TableShape {
  readonly name: string;
  readonly primaryKey: readonly string[];
  /** The engine's columns after generation and region. */
  readonly engines: readonly Column[];
  /** The projection's own columns, in the order in which they are declared, which is that of its values. */
  readonly own: readonly Column[];
  /** Of those, what is in the primary key: the key of a sum. It is declared first. */
  readonly key: readonly Column[];
  /** Whether an event may add several rows, which the column `line` counts. */
  readonly hasLines: boolean;
}

const shapes = new WeakMap<PgTable, TableShape>();

/** What a projection's table is declared as. */
export function shapeOf(table: PgTable): TableShape {
  const known = shapes.get(table);
  if (known) return known;
  const { name, columns: declared, primaryKeys } = getTableConfig(table);
  const primaryKey = primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
  const columns = declared
    .filter((column) => !BUILD_AND_REGION.has(column.name))
    .map((column) => ({ name: column.name, type: column.getSQLType() }));
  const own = columns.filter((column) => !ENGINES.has(column.name));
  const shape = {
    name,
    primaryKey,
    engines: columns.filter((column) => ENGINES.has(column.name)),
    own,
    key: own.filter((column) => primaryKey.includes(column.name)),
    hasLines: columns.some((column) => column.name === 'line'),
  };
  shapes.set(table, shape);
  return shape;
}

/** The type of a column on an engine. */
export function typeOn(engine: Engine, { type }: Column): string {
  return type === POSITION ? POSITION_TYPE[engine] : type;
}

export function namesOf(columns: readonly Column[]): string[] {
  return columns.map(({ name }) => name);
}
