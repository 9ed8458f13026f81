import { setTimeout as sleep } from 'node:timers/promises';
import { ReadModel } from '@tidemark/application';
import { ListWalletsHandler, ListWalletsQuery } from '@tidemark/application/nest';
import type { Database } from '@tidemark/database';
import { shardOf } from '@tidemark/event-store';
import { balances, type Build } from '@tidemark/projections';
import {
  beginBuild,
  beginFollowing,
  BuildBehind,
  Builder,
  dropBuild,
  listBuilds,
  pointReaders,
} from '@tidemark/rebuilding';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture } from './projections-fixture.js';

const WALLETS = ['q-1', 'q-2', 'q-3', 'q-4'];
/** Longer than a statement takes that does not wait. */
const LONG_MS = 200;

/** Other processes change data during a swap of the live build. */
describe.each(engines)('readers that are pointed to another build, on $engine', (engine) => {
  let on: ProjectionsFixture;
  let second: Build;
  let third: Build;
  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    await Promise.all(WALLETS.map((walletId) => on.store.openWallet(walletId)));
    await on.catchUp();
    await on.readablePosition();
    [second, third] = [await build(), await build()];
    await on.store.deposit('q-1', '1.00');
    await everyShardMovesOn();
  });
  afterAll(() => on.close());

  const build = async () => {
    const begun = await beginBuild(on.database, balances, ['local']);
    const me = { region: 'local', id: 'builder' };
    await new Builder(on.database, { projections: [balances], me, latencyRatioMax: 0 }).build(
      AbortSignal.timeout(60_000),
    );
    await beginFollowing(on.database, begun, ['local'], '{}');
    return begun;
  };
  const everyShardMovesOn = async () => {
    const worker = on.worker();
    await worker.catchUp();
    await worker.lookAround();
    await worker.catchUp();
    await worker.follower.release();
  };
  const live = async () => (await listBuilds(on.database, 'balances')).find((each) => each.live)!.generation;
  const first = { projection: balances, generation: '1' };
  /** The fixture's database, where a function runs before the next transaction. */
  const meanwhile = (what: () => Promise<unknown>): Database => ({
    ...on.database,
    transaction: async (work, options) => {
      await what();
      return on.database.transaction(work, options);
    },
  });

  it('keep the build that another process has made live meanwhile', async () => {
    const database = meanwhile(() => pointReaders(on.database, third));
    await expect(pointReaders(database, second)).rejects.toThrow(/changed by another operation meanwhile/);
    expect(await live()).toBe(third.generation);
    await pointReaders(on.database, first);
  });

  it('are not pointed away from a build that the caller did not expect', async () => {
    const refused = pointReaders(on.database, second, { expected: ({ generation }) => generation !== '1' });
    await expect(refused).rejects.toThrow(/changed by another operation meanwhile/);
    expect(await live()).toBe('1');
  });

  it('see no change in either build until they are pointed to the new one', async () => {
    const moves: Promise<unknown>[] = [];
    const stoodStill: boolean[] = [];
    const database: Database = {
      ...on.database,
      transaction: (work, options) =>
        on.database.transaction(
          ({ query }) =>
            work({
              query: async (text, values, asked) => {
                const answer = await query(text, values, asked);
                if (!text.includes('AS behind') || moves.length > 0) return answer as never;
                for (const { generation } of [first, second]) {
                  const move = on.log.owner.query(
                    `UPDATE shard_checkpoints SET commit_id = commit_id WHERE projection = 'balances' AND generation = $1`,
                    [generation],
                  );
                  moves.push(move);
                  stoodStill.push(await Promise.race([move.then(() => false), sleep(LONG_MS).then(() => true)]));
                }
                return answer as never;
              },
            }),
          options,
        ),
    };
    await pointReaders(database, second);
    await Promise.all(moves);
    expect(stoodStill).toEqual([true, true]);
    await pointReaders(on.database, first);
  });

  it('use the new build, also when the answer to the commit was lost', async () => {
    let lost = false;
    const database: Database = {
      ...on.database,
      transaction: async (work, options) => {
        const answer = await on.database.transaction(work, options);
        if (lost) return answer;
        lost = true;
        throw Object.assign(new Error('the connection was cut'), { code: '08006' });
      },
    };
    await pointReaders(database, second);
    expect([lost, await live()]).toEqual([true, second.generation]);
    await expect(pointReaders(on.database, second)).rejects.toThrow('is live already');
    await pointReaders(on.database, first);
  });

  it('are not pointed to a build that is behind', async () => {
    const { rows } = await on.log.owner.query<{ position: string }>(
      `UPDATE shard_checkpoints SET position = position - 1 WHERE projection = 'balances' AND generation = 2 AND shard = 0
       RETURNING position`,
    );
    expect(rows).toHaveLength(1);
    await expect(pointReaders(on.database, second)).rejects.toThrow(BuildBehind);
    await on.log.owner.query(
      `UPDATE shard_checkpoints SET position = position + 1 WHERE projection = 'balances' AND generation = 2 AND shard = 0`,
    );
    expect(await live()).toBe('1');
  });

  it('keep their build: the live build is not dropped', async () => {
    await expect(dropBuild(on.database, first)).rejects.toThrow('is live');
    expect(await on.rowsOf('balances')).toHaveLength(WALLETS.length);
  });

  it('are not pointed to a build that was dropped meanwhile', async () => {
    let dropped = false;
    const database = meanwhile(async () => {
      if (!dropped) await dropBuild(on.database, third);
      dropped = true;
    });
    await expect(pointReaders(database, third)).rejects.toThrow(/changed by another operation meanwhile/);
    await expect(pointReaders(on.database, third)).rejects.toThrow('is dropped');
    expect(await live()).toBe('1');
  });

  it('state the position up to which nothing is missing, not that of the most advanced shard', async () => {
    const list = () =>
      new ListWalletsHandler(new ReadModel(on.log.owner, ['local'])).execute(new ListWalletsQuery({ limit: 10 }));
    await everyShardMovesOn();
    const { asOf: before } = await list();
    await on.store.deposit('q-1', '1.00');
    await on.store.deposit('q-2', '1.00');
    await everyShardMovesOn();
    const at = engine.engine === 'postgres' ? 'int8' : 'decimal';
    await on.log.owner.query(
      `UPDATE shard_checkpoints SET position = $1::${at}, commit_id = $2 WHERE projection = 'balances' AND shard = $3`,
      [before.position, 'ffffffff-ffff-4fff-bfff-ffffffffffff', shardOf('q-1')],
    );
    const { asOf } = await list();
    expect(asOf).toMatchObject({ position: before.position, behind: { commits: 1 } });
  });

  it('read its rows, although the process has another build in memory', async () => {
    const model = new ReadModel(on.log.owner, ['local']);
    const list = () => new ListWalletsHandler(model).execute(new ListWalletsQuery({ limit: 10 }));
    expect((await list()).entries).toHaveLength(WALLETS.length);
    await on.log.owner.query(`UPDATE projections SET live_generation = 2 WHERE name = 'balances'`);
    await dropBuild(on.database, first);
    expect((await list()).entries).toHaveLength(WALLETS.length);
  });
});
