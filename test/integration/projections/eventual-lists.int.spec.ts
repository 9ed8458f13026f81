import { ReadModel } from '@tidemark/application';
import {
  GetDailyTotalsHandler,
  GetDailyTotalsQuery,
  GetJournalHandler,
  GetJournalQuery,
  GetStatementHandler,
  GetStatementQuery,
  GetTrialBalanceHandler,
  GetTrialBalanceQuery,
  ListWalletsHandler,
  ListWalletsQuery,
} from '@tidemark/application/nest';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture } from './projections-fixture.js';

const REGIONS = ['local', 'east'];
const WALLETS = ['e-1', 'e-2', 'e-3', 'e-4'];
/** CockroachDB's follower reads are 4.2 s old. */
const AGE_MS_MIN = 3_000;
const AGE_MS_MAX = 15_000;

describe.each(engines)('lists that need not be of the present, on $engine', (engine) => {
  let on: ProjectionsFixture;
  let readModel: ReadModel;

  /** Every list, with the time of its rows. */
  const lists = async (consistency?: 'eventual') => {
    const asked = { limit: 100, consistency };
    return {
      wallets: await new ListWalletsHandler(readModel).execute(new ListWalletsQuery(asked)),
      statement: await new GetStatementHandler(readModel).execute(new GetStatementQuery('e-1', asked)),
      journal: await new GetJournalHandler(readModel).execute(new GetJournalQuery(asked)),
      trialBalance: await new GetTrialBalanceHandler(readModel).execute(new GetTrialBalanceQuery({ consistency })),
      dailyTotals: await new GetDailyTotalsHandler(readModel).execute(new GetDailyTotalsQuery(asked)),
    };
  };
  const withoutMoment = (found: Awaited<ReturnType<typeof lists>>) =>
    Object.entries(found).map(([name, list]) => ({ name, ...list, readAsOf: undefined }));

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine, REGIONS);
    readModel = new ReadModel(on.log.owner, REGIONS);
  });
  afterAll(() => on.close());

  it('answer on a database that was created some seconds ago', async () => {
    const { wallets, statement } = await lists('eventual');
    expect(wallets).toMatchObject({ entries: [], asOf: { behind: { commits: 0 } } });
    expect(statement).toBeUndefined();
  });

  it('get the same rows as lists of the present, with the time of these rows', async () => {
    await Promise.all(WALLETS.map((walletId, i) => on.store.openWallet(walletId, undefined, REGIONS[i % 2])));
    await on.move(WALLETS, 24);
    await on.catchUp(REGIONS);
    const present = await lists();
    expect(present.wallets.entries).toHaveLength(WALLETS.length);
    expect(Object.values(present).map((list) => list && 'readAsOf' in list)).not.toContain(true);
    // Follower reads do not see a schema that is younger than that. Then the present is read.
    const nearby = engine.engine === 'cockroach';
    const ages = (found: Awaited<ReturnType<typeof lists>>) =>
      Object.values(found).map((list) => Date.now() - Date.parse(list?.readAsOf ?? ''));
    await expect
      .poll(async () => ages(await lists('eventual')).every((age) => age > AGE_MS_MIN === nearby), {
        timeout: AGE_MS_MAX,
      })
      .toBe(true);
    await expect
      .poll(async () => withoutMoment(await lists('eventual')), { timeout: AGE_MS_MAX, interval: 500 })
      .toEqual(withoutMoment(present));
  });

  it('count the missing events as of the same time', async () => {
    await on.store.deposit('e-1', '1.00');
    const eventual = () =>
      new GetTrialBalanceHandler(readModel).execute(new GetTrialBalanceQuery({ consistency: 'eventual' }));
    await expect
      .poll(async () => (await eventual()).asOf.behind.commits, { timeout: AGE_MS_MAX, interval: 100 })
      .toBe(1);
    const { asOf, readAsOf } = await eventual();
    const { rows } = await on.log.owner.query<{ recorded_at: string }>(
      `SELECT max(recorded_at) AS recorded_at FROM wallet_events WHERE wallet_id = 'e-1'`,
    );
    expect(asOf.behind.seconds).toBeCloseTo((Date.parse(readAsOf!) - Date.parse(rows[0]!.recorded_at)) / 1_000, 1);
  });
});
