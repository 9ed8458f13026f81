import { connect, type Database } from '@tidemark/database';
import { POSITION_TYPE } from '@tidemark/event-store';
import { ALL_PROJECTIONS } from '@tidemark/projections';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as read from '../../../libs/application/src/read-model/schema.js';

/** The databases' names of types that declarations name differently. */
const IN_FULL: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int8: 'bigint',
  decimal: 'numeric',
  'timestamptz(3)': 'timestamp(3) with time zone',
};

const OF_PROJECTIONS = ALL_PROJECTIONS.flatMap(({ state, lines, totals }) =>
  [state?.table, lines, totals].filter((table) => table !== undefined),
);

/** The declarations of tables in the code must equal the tables that the migrations made, on both engines. */
describe.each(engines)('declared tables on $engine', (engine) => {
  let fresh: FreshDatabase;
  let database: Database;
  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    database = await connect({ url: fresh.url, applicationName: 'test' });
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  const declared = (table: PgTable) => {
    const { columns, primaryKeys } = getTableConfig(table);
    const typeOf = (type: string) => (type === 'position' ? POSITION_TYPE[engine.engine] : type);
    return {
      columns: columns.map((column) => ({
        name: column.name,
        type: IN_FULL[typeOf(column.getSQLType())] ?? typeOf(column.getSQLType()),
        required: column.notNull,
      })),
      primaryKey: [
        ...columns.filter(({ primary }) => primary).map(({ name }) => name),
        ...primaryKeys.flatMap((key) => key.columns.map(({ name }) => name)),
      ],
    };
  };

  const migrated = async (table: PgTable) => {
    const { name } = getTableConfig(table);
    const columns = await database.query<{ name: string; type: string; required: boolean }>(
      `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required
       FROM pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
      [name],
    );
    const key = await database.query<{ name: string }>(
      `SELECT k.column_name AS name FROM information_schema.key_column_usage k
       WHERE k.table_name = $1::text AND k.constraint_name = $1::text || '_pkey' ORDER BY k.ordinal_position`,
      [name],
    );
    return { columns: columns.rows, primaryKey: key.rows.map((column) => column.name) };
  };

  const byName = (columns: readonly { readonly name: string }[]) =>
    [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));

  it('there are some', () => expect(OF_PROJECTIONS.length).toBeGreaterThanOrEqual(6));

  it.each(OF_PROJECTIONS.map((table) => [getTableConfig(table).name, table] as const))('%s', async (_, table) => {
    const [ours, theirs] = [declared(table), await migrated(table)];
    expect(byName(ours.columns)).toEqual(byName(theirs.columns));
    expect(ours.primaryKey).toEqual(theirs.primaryKey);
  });

  it.each(Object.entries(read))('%s, as far as lists read it', async (_, table) => {
    const [ours, theirs] = [declared(table), await migrated(table)];
    expect(theirs.columns).toEqual(expect.arrayContaining(ours.columns));
    expect(ours.primaryKey).toEqual(theirs.primaryKey);
  });
});
