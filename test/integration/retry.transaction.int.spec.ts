import { classify, connect, ConnectionLost, type Database, TransactionRolledBack } from '@tidemark/database';
import { cuttingProxy, type CuttingProxy, engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

describe.each(engines)('transactions on $engine', (engine) => {
  let fresh: FreshDatabase;
  let proxy: CuttingProxy;
  let database: Database;

  beforeAll(async () => {
    fresh = await freshDatabase(engine, { migrations: false });
    proxy = await cuttingProxy(fresh.url);
    database = await connect({ url: proxy.url, applicationName: 'test', poolSize: 2 });
    await database.query('CREATE TABLE t (id int8 NOT NULL, n int8 NOT NULL, CONSTRAINT t_pkey PRIMARY KEY (id))');
  });
  afterAll(async () => {
    await database.close();
    await proxy.close();
    await fresh.drop();
  });
  beforeEach(() => database.query('INSERT INTO t VALUES (1, 0)').then(() => undefined));
  afterEach(() => database.query('DELETE FROM t').then(() => undefined));

  const rows = async () => (await database.query<{ n: string }>('SELECT n FROM t ORDER BY id')).rows.map(({ n }) => n);

  it('commits all or nothing', async () => {
    const result = await database.transaction(async (client) => {
      await client.query('UPDATE t SET n = $1', ['1']);
      await client.query('INSERT INTO t VALUES (2, 2)');
      return 'done';
    });
    expect(result).toBe('done');
    expect(await rows()).toEqual(['1', '2']);
    const failing = database.transaction(async (client) => {
      await client.query('DELETE FROM t');
      throw new RangeError('changed my mind');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await rows()).toEqual(['1', '2']);
  });

  it('fails when COMMIT is answered with ROLLBACK', async () => {
    const swallowing = database.transaction(async (client) => {
      await client.query('UPDATE t SET n = 9');
      await client.query('SELECT 1 / 0::int8').catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow(TransactionRolledBack);
    expect(await rows()).toEqual(['0']);
  });

  it('throws the first error when ROLLBACK fails too, and closes that connection', async () => {
    const failing = database.transaction(async (client) => {
      await client.query('UPDATE t SET n = 9');
      proxy.cut();
      throw new RangeError('the first error');
    });
    await expect(failing).rejects.toThrow('the first error');
    await expect.poll(rows).toEqual(['0']);
  });

  it('reports a lost connection when it breaks inside the transaction', async () => {
    const cut = database.transaction(async (client) => {
      await client.query('UPDATE t SET n = 9');
      const sleeping = client.query('SELECT pg_sleep(5)');
      setTimeout(() => proxy.cut(), 50);
      await sleeping;
    });
    const error: unknown = await cut.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConnectionLost);
    expect(classify(error, 'write').class).toBe('ambiguous');
    await expect.poll(rows).toEqual(['0']);
  });

  it('refuses a statement after the end of the transaction', async () => {
    const late = await database.transaction(async (client) => client);
    await expect(late.query('SELECT 1')).rejects.toThrow('after its transaction had ended');
  });

  it('never returns a connection to the pool that is still in a transaction', async () => {
    const single = await connect({ url: fresh.url, applicationName: 'test', poolSize: 1 });
    try {
      await single.query('BEGIN');
      const { rows: first } = await single.query<{ id: string }>('SELECT 1 AS id');
      expect(first).toHaveLength(1);
      await single.query('COMMIT'); // no transaction is open: the connection with BEGIN was closed
      await single.transaction(async (client) => void (await client.query('SELECT 1')));
    } finally {
      await single.close();
    }
  });

  it('runs at the requested isolation level, on CockroachDB always at SERIALIZABLE', async () => {
    const level = (isolation?: 'read committed' | 'repeatable read' | 'serializable') =>
      database.transaction(
        async (client) =>
          (await client.query<{ level: string }>(`SELECT current_setting('transaction_isolation') AS level`)).rows[0]
            ?.level,
        isolation && { isolation },
      );
    const levels = [
      await level(),
      await level('read committed'),
      await level('repeatable read'),
      await level('serializable'),
    ];
    expect(levels).toEqual(
      engine.engine === 'cockroach'
        ? ['serializable', 'serializable', 'serializable', 'serializable']
        : ['read committed', 'read committed', 'repeatable read', 'serializable'],
    );
  });

  it('refuses to write when read-only', async () => {
    const writing = database.transaction((client) => client.query('UPDATE t SET n = 9'), { readOnly: true });
    const error: unknown = await writing.catch((caught: unknown) => caught);
    expect(classify(error, 'write')).toEqual({ class: 'unavailable', sqlState: '25006' });
  });
});
