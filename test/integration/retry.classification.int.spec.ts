import { classify, connect, ConnectFailed, type Database, QueryTimedOut, retryIdempotent } from '@tidemark/database';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe.each(engines)('what real errors mean on $engine', (engine) => {
  let fresh: FreshDatabase;
  let database: Database;

  beforeAll(async () => {
    fresh = await freshDatabase(engine, { migrations: false });
    database = await connect({ url: fresh.url, applicationName: 'test', poolSize: 3, statementTimeoutMs: 300 });
    await database.query(
      `CREATE TABLE t (id int8 NOT NULL, n int8 NOT NULL, CONSTRAINT t_the_key PRIMARY KEY (id),
         CONSTRAINT t_n_taken UNIQUE (n), CONSTRAINT t_n_positive CHECK (n > 0))`,
    );
    await database.query('INSERT INTO t VALUES (1, 1), (2, 2)');
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  const failure = async (work: Promise<unknown>) => {
    const error: unknown = await work.then(
      () => expect.unreachable('it should have failed'),
      (caught: unknown) => caught,
    );
    return { error, onWrite: classify(error, 'write'), onRead: classify(error, 'read') };
  };

  it.each([
    ['the primary key', 'INSERT INTO t VALUES (1, 3)', 't_the_key'],
    ['a unique key', 'INSERT INTO t VALUES (3, 1)', 't_n_taken'],
    ['a key in a CTE', 'WITH a AS (INSERT INTO t VALUES (1, 3) RETURNING id) SELECT id FROM a', 't_the_key'],
  ])('names the constraint of %s', async (_what, statement, constraint) => {
    const { onWrite } = await failure(database.query(statement));
    expect(onWrite).toEqual({ class: 'unique_violation', sqlState: '23505', constraint });
  });

  it('unwraps the errors of drizzle', async () => {
    const { error, onWrite } = await failure(drizzle(database.pool).execute(sql`INSERT INTO t VALUES (1, ${3})`));
    expect((error as Error).message).toContain('Failed query');
    expect(onWrite).toEqual({ class: 'unique_violation', sqlState: '23505', constraint: 't_the_key' });
  });

  it('a check is a defect', async () => {
    expect((await failure(database.query('INSERT INTO t VALUES (3, 0)'))).onWrite).toMatchObject({
      class: 'defect',
      sqlState: '23514',
    });
  });

  it('two conflicting transactions: lost race, and a retry succeeds', async () => {
    const add = (meanwhile: () => Promise<unknown>) =>
      database.transaction(
        async (client) => {
          const { rows } = await client.query<{ n: string }>('SELECT n FROM t WHERE id = 2');
          await meanwhile();
          await client.query('UPDATE t SET n = $1 WHERE id = 2', [BigInt(rows[0]!.n) + 10n]);
        },
        { isolation: 'serializable' },
      );
    const rival = () => database.query('UPDATE t SET n = n + 100 WHERE id = 2');
    expect((await failure(add(rival))).onWrite).toMatchObject({ class: 'lost_race', sqlState: '40001' });
    await retryIdempotent((attempt) => add(attempt === 1 ? rival : async () => undefined), {
      random: () => 0.5,
      sleep: async () => undefined,
    });
    expect((await database.query('SELECT n FROM t WHERE id = 2')).rows).toEqual([{ n: '212' }]);
  });

  it('the server stopped a statement: ambiguous for a write only', async () => {
    const { onWrite, onRead } = await failure(database.query('SELECT pg_sleep(2)'));
    expect(onWrite).toEqual({ class: 'ambiguous', sqlState: '57014' });
    expect(onRead).toEqual({ class: 'unavailable', sqlState: '57014' });
  });

  it('the client stopped waiting: ambiguous for a write only, and the connection is not used again', async () => {
    const patient = await connect({ url: fresh.url, applicationName: 'test', poolSize: 1 });
    const { error, onWrite, onRead } = await failure(patient.query('SELECT pg_sleep(2)', [], { timeoutMs: 100 }));
    expect(error).toBeInstanceOf(QueryTimedOut);
    expect([onWrite.class, onRead.class]).toEqual(['ambiguous', 'unavailable']);
    expect((await patient.query('SELECT 7 AS seven')).rows).toHaveLength(1);
    await patient.close();
  });

  it('no server listens: nothing was sent', async () => {
    const nowhere = new URL(fresh.url);
    nowhere.port = '1';
    const { error, onWrite } = await failure(connect({ url: nowhere.href, applicationName: 'test' }));
    expect(error).toBeInstanceOf(ConnectFailed);
    expect(onWrite).toEqual({ class: 'unavailable' });
  });

  it('the pool is used up: nothing was sent', async () => {
    const single = await connect({ url: fresh.url, applicationName: 'test', poolSize: 1, connectTimeoutMs: 200 });
    await single.transaction(async (client) => {
      const { error, onWrite } = await failure(single.query('SELECT 1'));
      expect(error).toBeInstanceOf(ConnectFailed);
      expect(onWrite).toEqual({ class: 'unavailable' });
      await client.query('SELECT 1');
    });
    await single.close();
  });

  it('a value that cannot be sent is a defect, and the connection stays usable', async () => {
    const loop: Record<string, unknown> = {};
    loop.itself = loop;
    expect((await failure(database.query('SELECT $1::jsonb', [loop]))).onWrite).toEqual({ class: 'defect' });
    expect((await database.query<{ n: string }>('SELECT 1::int8 AS n')).rows).toEqual([{ n: '1' }]);
  });

  it('a wrong login is a defect, because a later attempt cannot succeed', async () => {
    const role = connect({ url: fresh.url, applicationName: 'test', role: 'tidemark_nobody_made_this' });
    expect((await failure(role)).onRead.class).toBe('defect');
  });
});
