import { setTimeout as sleep } from 'node:timers/promises';
import { classify, connect, type Database, retryIdempotent, StartRefused } from '@tidemark/database';
import { cuttingProxy, engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe.each(engines)('connections on $engine', (engine) => {
  let fresh: FreshDatabase;
  let admin: Database;
  const role = 'tidemark_test_role';

  beforeAll(async () => {
    fresh = await freshDatabase(engine, { migrations: false });
    admin = await connect({ url: fresh.url, applicationName: 'test-admin', poolSize: 2 });
    // Roles belong to the server, and another run may have created it.
    await admin.query(`CREATE ROLE ${role}`).catch(() => undefined);
    await admin.query('CREATE TABLE secrets (id int8)');
  });
  afterAll(async () => {
    await admin.close();
    await fresh.drop();
  });

  /** Ends a session from outside, as an operator would. */
  const kill = async (applicationName: string) => {
    if (engine.engine === 'postgres') {
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
        applicationName,
      ]);
    } else {
      await admin.query(
        'CANCEL SESSIONS (SELECT session_id FROM [SHOW CLUSTER SESSIONS] WHERE application_name = $1)',
        [applicationName],
      );
    }
  };

  it('has its engine and version', () => {
    expect(admin.engine).toBe(engine.engine);
    expect(admin.version).toBe(engine.version);
  });

  it('the pool works after the loss of idle connections', async () => {
    const told: Error[] = [];
    const database = await connect({
      url: fresh.url,
      applicationName: 'test-idle-victim',
      poolSize: 4,
      onError: (error) => told.push(error),
    });
    await Promise.all([1, 2, 3, 4].map(() => database.query('SELECT pg_sleep(0.05)')));
    await kill('test-idle-victim');
    await expect.poll(() => told.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
    expect((await database.query<{ n: string }>('SELECT 1::int8 AS n')).rows).toEqual([{ n: '1' }]);
    await database.close();
  });

  it('a statement whose session is ended from outside may have been written', async () => {
    const database = await connect({ url: fresh.url, applicationName: 'test-busy-victim', poolSize: 1 });
    const busy = database.query('SELECT pg_sleep(10)').catch((caught: unknown) => caught);
    await sleep(200);
    await kill('test-busy-victim');
    const error = await busy;
    expect(classify(error, 'write').class).toBe('ambiguous');
    expect(classify(error, 'read').class).toBe('unavailable');
    // CockroachDB answers 57014 first and closes the connection a moment later, under the next statement.
    const next = retryIdempotent(() => database.query('SELECT 1'), { random: () => 0.5, sleep });
    expect((await next).rows).toHaveLength(1);
    await database.close();
  });

  it('works again after the server was unavailable', async () => {
    const proxy = await cuttingProxy(fresh.url);
    const database = await connect({ url: proxy.url, applicationName: 'test', poolSize: 2 });
    proxy.refuse(true);
    proxy.cut();
    const error: unknown = await expect
      .poll(() => database.query('SELECT 1').then(String, (caught: unknown) => (caught as Error).name))
      .toBe('ConnectFailed')
      .then(() => database.query('SELECT 1').catch((caught: unknown) => caught));
    expect(classify(error, 'write')).toEqual({ class: 'unavailable' });
    proxy.refuse(false);
    expect((await database.query('SELECT 1')).rows).toHaveLength(1);
    await database.close();
    await proxy.close();
  });

  it('every connection has the role from its first statement on', async () => {
    const database = await connect({ url: fresh.url, applicationName: 'test', role, poolSize: 8 });
    const all = await Promise.all(
      Array.from({ length: 40 }, () => database.query<{ who: string }>('SELECT current_user AS who, pg_sleep(0.01)')),
    );
    expect(new Set(all.map(({ rows }) => rows[0]?.who))).toEqual(new Set([role]));
    const error: unknown = await database.query('SELECT * FROM secrets').catch((caught: unknown) => caught);
    expect(classify(error, 'read')).toEqual({ class: 'defect', sqlState: '42501' });
    const inside = database.transaction((client) => client.query('DELETE FROM secrets'));
    expect(classify(await inside.catch((caught: unknown) => caught), 'write').sqlState).toBe('42501');
    await database.close();
  });

  it('refuses a text that is no name of a role', async () => {
    const odd = connect({ url: fresh.url, applicationName: 'test', role: 'x; DROP TABLE secrets' });
    await expect(odd).rejects.toThrow(StartRefused);
  });

  it('returns exact values', async () => {
    const { rows } = await admin.query(
      `SELECT 1::numeric / 1000000000000000000 AS tiny, 9223372036854775807::int8 AS big, ARRAY[0.10::numeric] AS list,
              '2026-11-24 12:30:22.123456+01'::timestamptz AS instant, '1993-01-01'::date AS day, true AS yes, 7::int4 AS seven`,
    );
    expect(rows[0]).toMatchObject({
      big: '9223372036854775807',
      list: ['0.10'],
      instant: '2026-11-24T11:30:22.123Z',
      day: '1993-01-01',
      yes: true,
    });
    expect((rows[0] as { tiny: string }).tiny).toMatch(/^0\.0{17}10*$/);
  });

  it('prepares a named statement once', async () => {
    const database = await connect({ url: fresh.url, applicationName: 'test', poolSize: 1 });
    for (const n of ['1', '2']) {
      const { rows } = await database.query<{ n: string }>('SELECT $1::int8 AS n', [n], { name: 'echo' });
      expect(rows).toEqual([{ n }]);
    }
    const { rows } = await database.query(`SELECT name FROM pg_prepared_statements WHERE name = 'echo'`);
    expect(rows).toHaveLength(1);
    await database.close();
  });

  it('keeps the options of the URL, but its own take precedence', async () => {
    const url = new URL(fresh.url);
    url.searchParams.set('options', '-c tidemark.test=here -c TimeZone=Asia/Tokyo');
    const database = await connect({ url: url.href, applicationName: 'test', role });
    const { rows } = await database.query(
      `SELECT current_setting('tidemark.test') AS test, current_setting('TimeZone') AS zone, current_user AS who`,
    );
    expect(rows).toEqual([{ test: 'here', zone: 'UTC', who: role }]);
    await database.close();
  });

  it('has its own isolation level, with any default of the database', async () => {
    const other = engine.engine === 'postgres' ? 'serializable' : 'read committed';
    const { rows } = await admin.query<{ name: string }>('SELECT current_database() AS name');
    await admin.query(`ALTER DATABASE ${rows[0]!.name} SET default_transaction_isolation = '${other}'`);
    // CockroachDB does not apply such defaults to root, so the test logs in as another user.
    const login = new URL(fresh.url);
    if (engine.engine === 'cockroach') {
      await admin.query('CREATE USER IF NOT EXISTS tidemark_test_login');
      login.username = 'tidemark_test_login';
    }
    const again = connect({ url: login.href, applicationName: 'test' });
    if (engine.engine === 'cockroach') {
      await expect(again).rejects.toThrow(/^the default isolation of this CockroachDB is READ COMMITTED/);
      await expect(again).rejects.toThrow(StartRefused);
    } else {
      const database = await again;
      const found = await database.query(`SELECT current_setting('transaction_isolation') AS level`);
      expect(found.rows).toEqual([{ level: 'read committed' }]);
      await database.close();
    }
    await admin.query(`ALTER DATABASE ${rows[0]!.name} RESET default_transaction_isolation`);
  });
});
