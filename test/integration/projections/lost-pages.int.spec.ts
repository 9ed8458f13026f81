import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { trialBalance } from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Parking, requestRebuildOf } from './parking.js';
import { ProjectionsFixture } from './projections-fixture.js';

/** Longer than a page of one event takes. */
const FOLDED_MS = 300;

/** Pages that a worker could not write, or whose result is unknown. */
describe.each(engines)('a page that was lost, on $engine', (engine) => {
  let on: ProjectionsFixture;
  let parking: Parking;
  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    parking = new Parking(on, engine);
    await on.store.openWallet('lost');
  });
  afterAll(() => on.close());

  /** The fixture's database, where a function can replace the next transaction. */
  const once = (next: { instead?: ((send: () => Promise<unknown>) => Promise<unknown>) | undefined }): Database => ({
    ...on.database,
    transaction: async (work, options) => {
      const { instead } = next;
      next.instead = undefined;
      const send = () => on.database.transaction(work, options);
      return (instead ? instead(send) : send()) as ReturnType<typeof send>;
    },
  });
  const engineError = (code: string) => Object.assign(new Error(`injected: ${code}`), { code });

  it('is not written twice when only the answer to its commit was lost', async () => {
    const next: Parameters<typeof once>[0] = {};
    const worker = on.worker({ database: once(next) });
    await worker.catchUp();
    await on.store.deposit('lost', '1.00');
    next.instead = async (send) => {
      await send();
      throw engineError('08006');
    };
    await worker.catchUp();
    expect(next.instead).toBeUndefined();
    await worker.catchUp();
    await parking.expectAllAsTheLogSays();
    await worker.follower.release();
  });

  it('is folded again, and not skipped, when the page after it was folded already', async () => {
    const next: Parameters<typeof once>[0] = {};
    const limits = { commitsMax: 1, eventsMax: 10 };
    const worker = on.worker({ projections: [trialBalance], limits, database: once(next) });
    await worker.catchUp();
    for (let i = 0; i < 3; i++) await on.store.deposit('lost', '1.00');
    next.instead = () => Promise.reject(engineError('23514'));
    await expect(worker.follower.cycle()).rejects.toMatchObject({ code: '23514' });
    worker.pass(10_000);
    await worker.catchUp();
    expect(await on.wrongIn(trialBalance)).toEqual([]);
    await worker.follower.release();
    await on.catchUp();
  });

  it.each([
    ['commit', `commit_id = 'ffffffff-ffff-4fff-bfff-ffffffffffff'`],
    ['position', 'position = position + 1'],
  ])('is lost when its checkpoint is at another %s than the worker left it at', async (_, change) => {
    const worker = on.worker();
    await worker.catchUp();
    await on.store.deposit('lost', '1.00');
    const { rows } = await on.log.owner.query<{ position: string; commit_id: string; shard: string }>(
      `SELECT position::text AS position, commit_id, shard FROM shard_checkpoints WHERE projection = 'balances'`,
    );
    await on.log.owner.query(`UPDATE shard_checkpoints SET ${change} WHERE projection = 'balances'`);
    await worker.follower.cycle();
    expect(worker.follower.shards).toEqual([]);
    await on.log.owner.query(
      `UPDATE shard_checkpoints c SET position = s.position::${engine.engine === 'postgres' ? 'int8' : 'decimal'}, commit_id = s.commit_id
       FROM unnest($1::text[], $2::uuid[], $3::int2[]) AS s(position, commit_id, shard)
       WHERE c.projection = 'balances' AND c.shard = s.shard`,
      [rows.map((row) => row.position), rows.map((row) => row.commit_id), rows.map((row) => Number(row.shard))],
    );
    await worker.catchUp();
    await parking.expectAllAsTheLogSays();
    await worker.follower.release();
  });

  it('makes a worker release only those of its shards that it still holds', async () => {
    const worker = on.worker();
    await worker.catchUp();
    await on.log.owner.query(`UPDATE shard_leases SET token = token + 1, owner = 'local/thief' WHERE shard < 10`);
    await worker.follower.release();
    const owned = async () => on.log.count('shard_leases', `owner = 'local/thief'`);
    expect(await owned()).toBe(10);
    await on.log.owner.query(`UPDATE shard_leases SET owner = NULL`);
  });

  it('does not move back a shard that was further on', async () => {
    const limits = { commitsMax: 1, eventsMax: 10 };
    for (let i = 0; i < 3; i++) await on.store.deposit('lost', '1.00'); // the other shards stay behind
    await on.catchUp(['local'], { limits });
    const worker = on.worker({ limits });
    for (let page = 0; page < 3; page++) {
      worker.pass(1_000); // every shard moves on to the end of the page
      await worker.follower.cycle();
    }
    await worker.follower.release();
    await on.catchUp();
    await parking.expectAllAsTheLogSays();
  });

  it('does not change a wallet that was rebuilt, also if the worker has an old row of it in memory', async () => {
    await on.store.openWallet('spoilt');
    await on.catchUp();
    await on.log.owner.query(`UPDATE wallet_balances SET opened_at = '2001-01-01' WHERE wallet_id = 'spoilt'`);
    const worker = on.worker({ limits: { commitsMax: 1, eventsMax: 10 } });
    await worker.catchUp();
    for (let i = 0; i < 2; i++) await on.store.deposit('spoilt', '1.00');
    await worker.follower.cycle(); // writes the first deposit to the wrong row, and folds the second meanwhile
    await sleep(FOLDED_MS);
    expect(await on.rowsOf('balances')).toContainEqual(expect.stringMatching(/spoilt.*2001-01-01/));
    await requestRebuildOf(on, 'balances', 'spoilt');
    await worker.lookAround();
    await worker.catchUp();
    await parking.expectAllAsTheLogSays();
    await worker.follower.release();
  });
});
