import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { shardOf } from '@tidemark/event-store';
import { ALL_PROJECTIONS } from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOf, Parking, Poisoned } from './parking.js';
import { ProjectionsFixture } from './projections-fixture.js';

/** Longer than a page of one event takes. */
const FOLDED_MS = 300;

/** Other changes between a worker's decision about a parked wallet and the write of that decision. */
describe.each(engines)('a parked wallet, on $engine', (engine) => {
  let on: ProjectionsFixture;
  let parking: Parking;
  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    parking = new Parking(on, engine);
  });
  afterAll(() => on.close());

  it('has later events left for later, also if the next page could be folded at once', async () => {
    const poison = new Poisoned('stops', 2, 2);
    const worker = on.worker({ projections: poison.projections, limits: { commitsMax: 2, eventsMax: 10 } });
    for (const walletId of ['stops', 'beside']) await on.store.openWallet(walletId);
    await worker.catchUp();
    for (const walletId of ['beside', 'stops', 'stops']) await on.store.deposit(walletId, '1.00');
    await worker.catchUp();
    expect(await parking.parked()).toEqual(allOf('stops', 2));
    poison.broken = false;
    await parking.expectMendedBy(worker);
    await worker.follower.release();
  });

  it('misses no event when it is repaired after a page without it was folded', async () => {
    const poison = new Poisoned('waits', 2);
    const worker = on.worker({ projections: poison.projections, limits: { commitsMax: 1, eventsMax: 10 } });
    for (const walletId of ['waits', 'goes']) await on.store.openWallet(walletId);
    await on.store.deposit('waits', '1.00');
    await worker.catchUp();
    expect(await parking.parked()).toEqual(allOf('waits', 2));
    await on.store.deposit('goes', '2.00');
    await on.store.deposit('waits', '4.00');
    await worker.follower.cycle(); // writes one page, and folds the other meanwhile
    await sleep(FOLDED_MS);
    poison.broken = false;
    await parking.expectMendedBy(worker);
    await worker.follower.release();
  });

  it('is not left out again by a worker that lost the shard during the retry', async () => {
    const [broken, mended] = [new Poisoned('robbed-2', 2), new Poisoned('robbed-2', 2)];
    mended.broken = false;
    await on.store.openWallet('robbed-2');
    await on.store.deposit('robbed-2', '1.00');
    let armed = false;
    const database: Database = {
      ...on.database,
      transaction: (work, options) =>
        on.database.transaction(work, options).catch(async (error: unknown) => {
          if (armed) await robbed();
          throw error;
        }),
    };
    const worker = on.worker({ projections: broken.projections, database });
    const other = on.worker({ projections: mended.projections });
    const robbed = async () => {
      armed = false;
      await on.log.owner.query(`UPDATE shard_leases SET owner = NULL, token = token + 1`);
      await other.catchUp();
      await other.lookAround();
    };
    await worker.catchUp();
    expect(await parking.parked()).toEqual(allOf('robbed-2', 2));
    await parking.askForRetry();
    armed = true;
    await worker.lookAround();
    expect(armed).toBe(false);
    expect(await parking.parked()).toEqual([]);
    await parking.expectAllAsTheLogSays();
    await other.follower.release();
    await worker.follower.release();
  });

  it('is not left out by a page that was folded while it was parked, if it is no longer parked', async () => {
    await on.store.openWallet('freed');
    let armed = false;
    const database: Database = {
      ...on.database,
      transaction: async (work, options) => {
        // The state after a retry without events, whose worker died before it got the answer.
        if (armed) await on.log.owner.query(`DELETE FROM parked_wallets WHERE wallet_id = 'freed'`);
        armed = false;
        return on.database.transaction(work, options);
      },
    };
    const worker = on.worker({ database });
    await worker.catchUp();
    for (const { name } of ALL_PROJECTIONS) {
      await on.log.owner.query(
        `INSERT INTO parked_wallets (projection, generation, region, wallet_id, shard, version, reason, parked_at)
         VALUES ($1, 1, 'local', 'freed', $2, 2, 'parked by hand', now())`,
        [name, shardOf('freed')],
      );
    }
    await on.store.deposit('freed', '1.00');
    armed = true;
    await worker.catchUp();
    expect(armed).toBe(false);
    await parking.expectAllAsTheLogSays();
    await worker.follower.release();
  });

  it('a rebuild that is requested while a retry begins is not recorded as done', async () => {
    const poison = new Poisoned('twice', 2);
    await on.store.openWallet('twice');
    await on.store.deposit('twice', '1.00');
    let armed = false;
    const database: Database = {
      ...on.database,
      transaction: async (work, options) => {
        if (armed) {
          armed = false;
          await on.log.owner.query(`UPDATE parked_wallets SET retry = 'rebuild' WHERE projection = 'balances'`);
          await on.log.owner.query(`UPDATE wallet_balances SET opened_at = now() WHERE wallet_id = 'twice'`);
        }
        return on.database.transaction(work, options);
      },
    };
    const worker = on.worker({ projections: poison.projections, database });
    await worker.catchUp();
    poison.broken = false;
    await parking.askForRetry();
    armed = true;
    await worker.lookAround();
    expect(armed).toBe(false);
    await worker.lookAround();
    expect(await parking.parked()).toEqual([]);
    await parking.expectAllAsTheLogSays();
    await worker.follower.release();
  });
});
