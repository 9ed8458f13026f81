import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { findOperation } from '@tidemark/operations';
import { balances } from '@tidemark/projections';
import { dropBuild, listBuilds } from '@tidemark/rebuilding';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture, type TestWorker } from './projections-fixture.js';

const WALLETS = Array.from({ length: 10 }, (_, i) => `k-${i}`);

/** Operations that one worker begins and another ends, or that run at the same time as another operation. */
describe.each(engines)('operations that are interrupted, on $engine', (engine) => {
  let on: ProjectionsFixture;
  let worker: TestWorker;
  let following: Promise<void>;
  const stopped = new AbortController();

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    await Promise.all(WALLETS.map((walletId) => on.store.openWallet(walletId)));
    await on.move(WALLETS, 60);
    worker = on.worker();
    await worker.catchUp();
    following = worker.follow(stopped.signal);
    if (engine.engine === 'cockroach') await sleep(2_500);
  });
  afterAll(async () => {
    stopped.abort();
    await following;
    await on.close();
  });

  const ask: ProjectionsFixture['ask'] = (...asked) => on.ask(...asked);
  /** Lets one worker execute an operation. It may die: its database then no longer answers. */
  const carryOut = (operationId: string, database: Database = on.database, signal = stopped.signal) =>
    on.carryOut(operationId, database, signal);
  /** Sets the operation to the state in which another worker takes it over from a dead one. */
  const orphan = (operationId: string) =>
    on.log.owner.query(`UPDATE projection_operations SET state = 'requested' WHERE operation_id = $1`, [operationId]);
  const live = async () => (await listBuilds(on.database, 'balances')).find((build) => build.live)!.generation;
  const built = async () => {
    const rebuilt = await carryOut(await ask('rebuild'));
    expect(rebuilt.state).toBe('done');
    return (rebuilt.result as { generation: string }).generation;
  };

  /** The database of a worker that dies right after the statement that swaps the live build. */
  const dyingAfterSwap = (died: AbortController): Database => {
    let swapped = false;
    const gone = () => {
      died.abort(new Error('killed'));
      return Promise.reject(new Error('killed'));
    };
    const watched =
      (query: Database['query']): Database['query'] =>
      (text, values, options) => {
        if (/UPDATE projections SET live_generation/.test(text)) swapped = true;
        return query(text, values, options);
      };
    return {
      ...on.database,
      query: async (text, values, options) => {
        if (swapped) return gone();
        const result = await watched(on.database.query)(text, values, options);
        return swapped ? gone() : (result as never);
      },
      transaction: async (work, options) => {
        if (swapped) return gone();
        const result = await on.database.transaction(({ query }) => work({ query: watched(query) }), options);
        return swapped ? gone() : result;
      },
    };
  };
  const killedAfterSwap = async (operationId: string) => {
    const died = new AbortController();
    await carryOut(operationId, dyingAfterSwap(died), died.signal);
    expect((await findOperation(on.database, operationId))!.state).toBe('running');
    await orphan(operationId);
    return carryOut(operationId);
  };

  it('a swap whose worker died after the commit is complete, and can be rolled back', async () => {
    const [before, generation] = [await live(), await built()];
    const swapped = await killedAfterSwap(await ask('swap', { generation }));
    expect(swapped).toMatchObject({ state: 'done', result: { generation, before } });
    expect(await live()).toBe(generation);
    expect(await carryOut(await ask('rollback'))).toMatchObject({ state: 'done', result: { generation: before } });
  });

  it('a rollback whose worker died after the commit is not rolled back itself', async () => {
    const before = await live();
    expect(await carryOut(await ask('swap'))).toMatchObject({ state: 'done' });
    const generation = await live();
    expect(generation).not.toBe(before);
    const back = await killedAfterSwap(await ask('rollback'));
    expect(back).toMatchObject({ state: 'done', result: { generation: before, before: generation } });
    expect(await live()).toBe(before);
  });

  it('a rebuild with a swap whose worker died after the commit reports its result, and the accepted differences', async () => {
    await on.log.owner.query(
      `UPDATE wallet_balances SET state = replace(state, '"EUR":["', '"EUR":["9') WHERE wallet_id = 'k-4' AND generation = ${await live()}`,
    );
    const before = await live();
    const rebuilt = await killedAfterSwap(await ask('rebuild', { swap: true, accept: ['k-4'] }));
    expect(rebuilt).toMatchObject({ state: 'done', result: { before, accepted: ['k-4'] } });
    expect(await live()).not.toBe(before);
    expect(await on.wrongIn(balances, { generation: await live() })).toEqual([]);
    expect(await carryOut(await ask('drop', { generation: before }))).toMatchObject({ state: 'done' });
  });

  it('a rebuild whose build is dropped meanwhile ends with an error', { timeout: 20_000 }, async () => {
    let dropped: Promise<unknown> | undefined;
    const operationId = await ask('rebuild');
    const database: Database = {
      ...on.database,
      query: async (text, values, options) => {
        if (/wallet_events e/.test(text) && !dropped) {
          const building = (await listBuilds(on.database, 'balances')).find(({ state }) => state === 'building');
          if (building)
            await (dropped = dropBuild(on.database, { projection: balances, generation: building.generation }));
        }
        return on.database.query(text, values, options);
      },
    };
    const ended = await carryOut(operationId, database);
    expect(dropped).toBeDefined();
    expect(ended).toMatchObject({ state: 'failed', result: { refused: true } });
    expect((ended.result as { reason: string }).reason).toContain('dropped');
  });

  /** Fails right after the commit of the transaction that begins a build. */
  const failingAfterBegin = (error: Error): Database => {
    let left = 1;
    return {
      ...on.database,
      transaction: async (work, options) => {
        let begun = false;
        const result = await on.database.transaction(
          ({ query }) =>
            work({
              query: (text, ...rest) => {
                begun ||= /INSERT INTO projection_generations/.test(text);
                return query(text, ...rest);
              },
            }),
          options,
        );
        if (begun && left-- > 0) throw error;
        return result;
      },
    };
  };
  const unfinished = async () =>
    (await listBuilds(on.database, 'balances')).filter(({ state }) => state === 'building').length;

  it('a rebuild that got no answer to its first commit finds its build again', async () => {
    const before = (await listBuilds(on.database, 'balances')).length;
    const cut = Object.assign(new Error('the connection was cut'), { code: '08006' });
    const rebuilt = await carryOut(await ask('rebuild'), failingAfterBegin(cut));
    expect(rebuilt).toMatchObject({ state: 'done' });
    expect((await listBuilds(on.database, 'balances')).length).toBe(before + 1);
    expect(await unfinished()).toBe(0);
  });

  it('a rebuild that failed leaves a build behind, and the next one removes it', async () => {
    expect(await carryOut(await ask('rebuild'), failingAfterBegin(new Error('a defect')))).toMatchObject({
      ...{ state: 'failed', result: { refused: false } },
    });
    expect(await unfinished()).toBe(1);
    await built();
    expect(await unfinished()).toBe(0);
    expect(await on.log.count('build_ranges')).toBe(0);
  });

  it('either a swap to a build or its removal at the same time is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const [before, generation] = [await live(), await built()];
      const [swap, drop] = await Promise.all([ask('swap', { generation }), ask('drop', { generation })]);
      await Promise.all([carryOut(swap), carryOut(drop)]);
      const states = (await Promise.all([swap, drop].map((id) => findOperation(on.database, id)))).map((o) => o!.state);
      expect(states.sort(), `round ${round}`).toEqual(['done', 'failed']);
      const now = (await listBuilds(on.database, 'balances')).find((build) => build.live)!;
      expect(now).toMatchObject({ state: 'following' });
      expect([before, generation]).toContain(now.generation);
    }
  });

  it('a worker that loses its shards while it follows two builds continues without errors', async () => {
    const other = on.worker();
    await other.catchUp(); // it takes half of the shards
    const shards = other.follower.shards.length;
    expect(shards).toBeGreaterThan(0);
    const { rows } = await on.log.owner.query<{ generation: string }>(
      `SELECT generation FROM projection_generations WHERE projection = 'balances' AND state = 'following'`,
    );
    // One of the builds is behind, so two pages must be written.
    await on.log.owner.query(
      `UPDATE shard_checkpoints SET position = 0, commit_id = '00000000-0000-0000-0000-000000000000'
       WHERE projection = 'balances' AND generation = $1`,
      [rows[0]!.generation],
    );
    await other.follower.release();
    const robbed = on.worker({ limits: { commitsMax: 2, eventsMax: 5 } }); // small pages, so that the builds are not at the same place at once
    await robbed.lookAround();
    await on.log.owner.query(`UPDATE shard_leases SET token = token + 1, owner = NULL`);
    await on.move(WALLETS, 30);
    await robbed.catchUp();
    expect(robbed.failures).toEqual([]);
    await robbed.follower.release();
    await worker.settled();
    for (const { generation } of rows) expect(await on.wrongIn(balances, { generation })).toEqual([]);
  });
});
