import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connect,
  type Database,
  ensureDatabase,
  migrate,
  migrationsOf,
  requireSchema,
  StartRefused,
} from '@tidemark/database';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe.each(engines)('migrations on $engine', (engine) => {
  let fresh: FreshDatabase;
  let directory: string;
  let database: Database | undefined;

  beforeEach(async () => {
    fresh = await freshDatabase(engine, { migrations: false });
    directory = await mkdtemp(join(tmpdir(), 'tidemark-migrations-'));
  });
  afterEach(async () => {
    await database?.close();
    database = undefined;
    await fresh.drop();
    await rm(directory, { recursive: true });
  });

  const file = (name: string, sql: string) => writeFile(join(directory, name), sql);
  const run = (options: Partial<Parameters<typeof migrate>[0]> = {}) =>
    migrate({ url: fresh.url, directory, ...options });
  const open = async () => (database ??= await connect({ url: fresh.url, applicationName: 'test' }));
  const recorded = async () =>
    (await (await open()).query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY name')).rows.map(
      ({ name }) => name,
    );

  it('applies files in order, once', async () => {
    await file('0002-fill.sql', 'INSERT INTO a VALUES (1);');
    await file(
      '0001-create.sql',
      'CREATE TABLE IF NOT EXISTS a (id int8 NOT NULL, CONSTRAINT a_pkey PRIMARY KEY (id));',
    );
    const applied = ['0001-create', '0002-fill'];
    expect(await run()).toEqual({ engine: engine.engine, applied, granted: [], alreadyApplied: 0 });
    expect(await run()).toEqual({ engine: engine.engine, applied: [], granted: [], alreadyApplied: 2 });
    expect(await recorded()).toEqual(applied);
  });

  it('applies each once when several processes start at once', async () => {
    await file('0001-create.sql', 'CREATE TABLE a (id int8 NOT NULL, CONSTRAINT a_pkey PRIMARY KEY (id));');
    await file('0002-slow.sql', 'SELECT pg_sleep(0.3);');
    await file('0003-fill.sql', 'INSERT INTO a VALUES (1);');
    const all = await Promise.all([run(), run(), run(), run()]);
    expect(all.flatMap(({ applied }) => applied)).toEqual(['0001-create', '0002-slow', '0003-fill']);
    expect(all.filter(({ alreadyApplied }) => alreadyApplied === 3)).toHaveLength(3);
  });

  it('splits real DDL into statements', async () => {
    await file(
      '0001-all-quotes.sql',
      `-- a comment; with a semicolon
      CREATE TABLE "odd;name" (id int8 NOT NULL, note text NOT NULL DEFAULT 'a;''b', CONSTRAINT odd_pkey PRIMARY KEY (id));
      /* a; /* nested; */ comment */
      CREATE FUNCTION twice(n int8) RETURNS int8 LANGUAGE SQL IMMUTABLE AS $body$ SELECT n * 2; $body$;
      INSERT INTO "odd;name" (id) VALUES (twice(21)); -- the end`,
    );
    await run();
    expect((await (await open()).query('SELECT * FROM "odd;name"')).rows).toEqual([{ id: '42', note: "a;'b" }]);
  });

  it('names the file and the line of a failing statement, and continues after it is corrected', async () => {
    await file(
      '0001-create.sql',
      'CREATE TABLE IF NOT EXISTS a (id int8 NOT NULL, CONSTRAINT a_pkey PRIMARY KEY (id));',
    );
    await file('0002-two.sql', '-- half of it works\nCREATE TABLE IF NOT EXISTS b (id int8);\nSELECT nonsense;');
    await expect(run()).rejects.toThrow('0002-two.sql, line 3: ');
    expect(await recorded()).toEqual(['0001-create']);
    await file('0002-two.sql', 'CREATE TABLE IF NOT EXISTS b (id int8);');
    expect((await run()).applied).toEqual(['0002-two']);
  });

  it('refuses a file that was changed after it had been applied', async () => {
    await file('0001-one.sql', 'SELECT 1;');
    await run();
    await file('0001-one.sql', 'SELECT 1;\r\n'.replace('\r\n', ''));
    expect((await run()).alreadyApplied).toBe(1);
    await file('0001-one.sql', 'SELECT 2;');
    await expect(run()).rejects.toThrow(StartRefused);
    await expect(run()).rejects.toThrow('0001-one was changed after it had been applied');
  });

  it('refuses a schema that is newer than the program', async () => {
    await file('0001-one.sql', 'SELECT 1;');
    await file('0002-two.sql', 'SELECT 2;');
    await run();
    await rm(join(directory, '0002-two.sql'));
    await expect(run()).rejects.toThrow(StartRefused);
    await expect(run()).rejects.toThrow(/newer than this program, which does not know 0002-two$/);
    await expect(requireSchema(await open(), directory)).rejects.toThrow('newer than this program');
  });

  it('reports the missing migrations to a process that does not migrate', async () => {
    await file('0001-one.sql', 'SELECT 1;');
    await expect(requireSchema(await open(), directory)).rejects.toThrow('lacks 0001-one');
    await run();
    await requireSchema(await open(), directory);
  });

  it.each([
    ['1-one.sql', 'is not named like 0001-what-it-does.sql'],
    ['0001-Upper.sql', 'is not named like'],
  ])('refuses a file named %s', async (name, message) => {
    await file(name, 'SELECT 1;');
    await expect(run()).rejects.toThrow(message);
  });

  it('refuses two files with the same number, and an unterminated quote', async () => {
    await file('0001-one.sql', 'SELECT 1;');
    await file('0001-other.sql', 'SELECT 1;');
    await expect(run()).rejects.toThrow('0001-one.sql and 0001-other.sql have one number');
    await rm(join(directory, '0001-other.sql'));
    await file('0001-one.sql', "SELECT 'a;");
    await expect(run()).rejects.toThrow('0001-one.sql, line 1: this quote never ends');
  });

  it('creates the database of the URL, also when two processes do so at once', async () => {
    const other = new URL(fresh.url);
    other.pathname += '_other';
    const url = other.href;
    await expect(connect({ url, applicationName: 'test' })).rejects.toThrow(/this database does not exist/);
    const created = await Promise.all([1, 2, 3].map(() => ensureDatabase(url)));
    expect(created).toEqual([engine.engine, engine.engine, engine.engine]);
    expect((await run({ url })).applied).toEqual([]);
    await (await open()).query(`DROP DATABASE ${other.pathname.slice(1)}`);
  });

  it('refuses the other engine', async () => {
    const other = engine.engine === 'postgres' ? 'cockroach' : 'postgres';
    await expect(run({ engine: other })).rejects.toThrow(`is on ${engine.engine} and not on ${other}`);
  });

  it('waits until the lease of a dead process expires, and takes over', async () => {
    await file('0001-one.sql', 'SELECT 1;');
    await run();
    await (
      await open()
    ).query(
      `INSERT INTO migration_lease (name, holder, expires_at)
       VALUES ('schema', gen_random_uuid(), clock_timestamp() + interval '2500 milliseconds')`,
    );
    const leasedAt = performance.now();
    expect((await run()).applied, 'nothing to do: no need to wait').toEqual([]);
    await file('0002-two.sql', 'SELECT 2;');
    const lines: string[] = [];
    expect((await run({ log: (line) => lines.push(line) })).applied).toEqual(['0002-two']);
    expect(performance.now() - leasedAt).toBeGreaterThan(2_400);
    expect(lines).toEqual(['another process is migrating this database; waiting for it', 'applied 0002-two']);
    await (
      await open()
    ).query(
      `INSERT INTO migration_lease (name, holder, expires_at)
       VALUES ('schema', gen_random_uuid(), clock_timestamp() + interval '1 hour')`,
    );
    await file('0003-three.sql', 'SELECT 3;');
    const impatient = run({ leaseTimes: { ttlMs: 1_000, waitMsMax: 300 } });
    await expect(impatient).rejects.toThrow('another process has been migrating this database for too long');
  });

  it('renews its lease during a statement that takes longer than the lease', async () => {
    await file('0001-long.sql', 'SELECT pg_sleep(1.5);');
    const leaseTimes = { ttlMs: 600, waitMsMax: 10_000 };
    const both = await Promise.all([run({ leaseTimes }), run({ leaseTimes })]);
    expect(both.flatMap(({ applied }) => applied)).toEqual(['0001-long']);
  });

  it('records nothing after another process has taken the lease', async () => {
    await file('0001-one.sql', 'SELECT 1;');
    await run();
    await file('0002-two.sql', 'SELECT pg_sleep(2);');
    const robbed = run();
    robbed.catch(() => undefined);
    const steal = async () => (await open()).query('UPDATE migration_lease SET holder = gen_random_uuid()');
    await expect.poll(async () => (await steal()).rowCount, { timeout: 10_000 }).toBe(1);
    await expect(robbed).rejects.toThrow('the migration was stopped: another process took over');
    expect(await recorded()).toEqual(['0001-one']);
  });

  it("applies the repository's own migrations", async () => {
    const own = migrationsOf(engine.engine);
    const { applied } = await run({ directory: own });
    expect(applied.length).toBeGreaterThan(0);
    await requireSchema(await open(), own);
  });
});
