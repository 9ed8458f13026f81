import type { Database } from '@tidemark/database';
import { type Build, type Projection, trialBalance } from '@tidemark/projections';
import { beginBuild, beginFollowing, Builder, buildProgress } from '@tidemark/rebuilding';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Poisoned } from './parking.js';
import { ProjectionsFixture } from './projections-fixture.js';

const WALLETS = ['b-1', 'b-2', 'b-3'];

/** The pages of a build. The sums of this projection show every event that is counted twice. */
describe.each(engines)('a page of a build, on $engine', (engine) => {
  let on: ProjectionsFixture;
  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    await Promise.all(WALLETS.map((walletId) => on.store.openWallet(walletId)));
    for (const walletId of WALLETS) for (let i = 0; i < 4; i++) await on.store.deposit(walletId, '1.00');
    await on.catchUp();
    await on.readablePosition();
  });
  afterAll(() => on.close());

  const build = async (database: Database, projection: Projection = trialBalance) => {
    await on.log.owner.query(`UPDATE build_ranges SET owner = NULL`); // the former owner is gone
    const me = { region: 'local', id: 'builder' };
    const builder = new Builder(database, { projections: [projection], me, pageEvents: 4, latencyRatioMax: 0 });
    await builder.build(AbortSignal.timeout(60_000));
  };
  const follow = async (begun: Build, projections?: readonly Projection[]) => {
    expect(await beginFollowing(on.database, begun, ['local'], '{}')).toBe(true);
    const [worker] = await on.catchUp(['local'], projections && { projections });
    return worker!;
  };
  /** The fixture's database, with a function that runs before or after its first transaction. */
  const first = ({ before, after }: { before?: () => Promise<unknown>; after?: () => void }): Database => {
    let done = false;
    return {
      ...on.database,
      transaction: async (work, options) => {
        if (done) return on.database.transaction(work, options);
        done = true;
        await before?.();
        const answer = await on.database.transaction(work, options);
        after?.();
        return answer;
      },
    };
  };

  it('is written once, also when the answer to its commit was lost', async () => {
    const begun = await beginBuild(on.database, trialBalance, ['local']);
    const after = () => {
      throw Object.assign(new Error('the connection was cut'), { code: '08006' });
    };
    await build(first({ after }));
    expect((await buildProgress(on.database, begun)).events).toBe(4);
    await build(on.database);
    await follow(begun);
    expect(await on.wrongIn(trialBalance, { generation: begun.generation })).toEqual([]);
  });

  it('is not written by a builder that lost its range', async () => {
    const begun = await beginBuild(on.database, trialBalance, ['local']);
    const before = () =>
      on.log.owner.query(`UPDATE build_ranges SET token = token + 1, owner = 'local/thief' WHERE NOT done`);
    await build(first({ before }));
    expect((await buildProgress(on.database, begun)).events).toBe(0);
    await build(on.database);
    await follow(begun);
    expect(await on.wrongIn(trialBalance, { generation: begun.generation })).toEqual([]);
  });

  it('goes to one of two builders that want its range at the same time', async () => {
    const begun = await beginBuild(on.database, trialBalance, ['local']);
    const late: Database = {
      ...on.database,
      query: async (text, values, options) => {
        if (options?.name === 'claim-range') {
          await on.log.owner.query(`UPDATE build_ranges SET token = token + 1, owner = 'local/quicker' WHERE NOT done`);
        }
        return on.database.query(text, values, options);
      },
    };
    await expect(beginBuild(on.database, trialBalance, ['local'])).rejects.toThrow('is being built');
    await build(late);
    expect(await beginFollowing(on.database, begun, ['local'], '{}')).toBe(false); // the range is not built
    expect(await on.log.count('build_ranges', `owner = 'local/quicker' AND NOT done`)).toBe(1);
    expect((await buildProgress(on.database, begun)).events).toBe(0);
    await build(on.database);
    await follow(begun);
  });

  it('leaves out a wallet that was parked in the page before it; its events are counted once after the repair', async () => {
    const poison = new Poisoned('b-1', 2, 2);
    const sick = poison.projections.find(({ name }) => name === trialBalance.name)!;
    const begun = await beginBuild(on.database, sick, ['local']);
    await build(on.database, sick);
    expect(await on.log.count('parked_wallets')).toBe(1);
    poison.broken = false;
    await on.log.owner.query(`UPDATE parked_wallets SET retry = 'continue'`);
    await follow(begun);
    expect(await on.log.count('parked_wallets')).toBe(0);
    expect(await on.wrongIn(trialBalance, { generation: begun.generation })).toEqual([]);
  });
});
