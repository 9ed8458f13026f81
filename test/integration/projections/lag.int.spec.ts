import { RegionWatch } from '@tidemark/application';
import { connect, type Database } from '@tidemark/database';
import { projectionStatus } from '@tidemark/operations';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture } from './projections-fixture.js';

/** More than the check reads for one build. */
const COMMITS = 1_100;
const WALLETS = Array.from({ length: 4 }, (_, i) => `lag-${i}`);

describe.each(engines)('the lag of projections on $engine', (engine) => {
  let on: ProjectionsFixture;
  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    await Promise.all(WALLETS.map((walletId) => on.store.openWallet(walletId)));
  });
  afterAll(() => on.close());

  const lagOf = async (name: string) => {
    const { projections } = await projectionStatus(on.database, ['local'], Date.now());
    return projections.find((projection) => projection.name === name)!.behind;
  };

  it('of one projection is measured, also if another one is far behind', async () => {
    const worker = on.worker();
    for (let i = 0; i < COMMITS; i++) await on.store.deposit(WALLETS[i % WALLETS.length]!, '1.00');
    await worker.catchUp();
    worker.pass(1_000);
    await worker.catchUp();
    expect(await lagOf('balances')).toEqual({ events: 0, more: false, seconds: 0 });
    await on.log.owner.query(`UPDATE shard_checkpoints SET position = 0 WHERE projection = 'journal'`);
    await on.store.deposit(WALLETS[0]!, '1.00');
    const [balances, journal] = [await lagOf('balances'), await lagOf('journal')];
    expect(balances).toMatchObject({ events: 1, more: false });
    expect(balances.seconds).toBeLessThan(journal.seconds);
    expect(journal.more).toBe(true);
    expect(journal.events).toBeGreaterThanOrEqual(1_000);
    expect(await new RegionWatch(on.database, 'local').wrong(3_600)).toEqual([]);
  });

  it('is counted with few commits in memory at a time', async () => {
    await on.log.owner.query(`UPDATE shard_checkpoints SET position = 0 WHERE projection = 'journal'`);
    const pages: number[] = [];
    const watched: Pick<Database, 'query' | 'engine'> = {
      engine: on.database.engine,
      query: async (text, values, options) => {
        const result = await on.database.query<never>(text, values, options);
        if (options?.name === 'read-commits') pages.push(result.rows.length);
        return result;
      },
    };
    const { projections } = await projectionStatus(watched, ['local'], Date.now());
    expect(projections.find(({ name }) => name === 'journal')!.behind.more).toBe(true);
    expect(Math.max(...pages)).toBe(100);
    expect(pages.reduce((sum, page) => sum + page)).toBeLessThan(1_200);
  });

  it('is measured for each region', async () => {
    const status = await projectionStatus(on.database, ['elsewhere'], Date.now());
    expect(status.shards).toEqual([]);
    expect(status.projections.map(({ behind }) => behind.events)).toEqual([0, 0, 0, 0, 0]);
  });

  // CockroachDB has no way to lock a table.
  it.skipIf(engine.engine === 'cockroach')('that cannot be measured in time is reported as a failure', async () => {
    const database = await connect({ url: on.log.url, applicationName: 'test-lag', role: 'tidemark_worker' });
    await on.log.owner.transaction(async ({ query }) => {
      await query('LOCK TABLE shard_leases IN ACCESS EXCLUSIVE MODE');
      const began = performance.now();
      const watch = new RegionWatch(database, 'local');
      expect(await watch.wrong(3_600)).toEqual(['the lag of the projections could not be measured']);
      expect(performance.now() - began).toBeLessThan(5_000);
      await expect(watch.reading()).rejects.toThrow(/no answer within|timed out|timeout/i);
    });
    await database.close();
  });
});
