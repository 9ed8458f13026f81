import { shardOf } from '@tidemark/event-store';
import { listParked } from '@tidemark/following';
import { ALL_PROJECTIONS, journal, readFreshWallet, readProjectedWallet } from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOf, Parking, Poisoned } from './parking.js';
import { ProjectionsFixture, type TestWorker } from './projections-fixture.js';

/** Ids in the same shard as the first. */
function neighbours(first: string, count: number): string[] {
  const found: string[] = [];
  for (let i = 0; found.length < count; i++) if (shardOf(`n-${i}`) === shardOf(first)) found.push(`n-${i}`);
  return found;
}

describe.each(engines)('an event that cannot be applied, on $engine', (engine) => {
  let on: ProjectionsFixture;
  let parking: Parking;
  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    parking = new Parking(on, engine);
  });
  afterAll(() => on.close());

  describe('that the code refuses', () => {
    const [one, two] = neighbours('sick', 2) as [string, string];
    const poison = new Poisoned('sick', 4);
    let worker: TestWorker;

    beforeAll(async () => {
      worker = on.worker({ projections: poison.projections });
      for (const walletId of ['sick', one, two]) await on.store.openWallet(walletId);
      for (const amount of ['1.00', '2.00']) await on.store.deposit('sick', amount);
      await worker.catchUp();
    });
    afterAll(() => worker.follower.release());

    it('parks the wallet in each projection, and no other of its shard', async () => {
      await on.store.deposit('sick', '4.00'); // version 4
      await on.store.transfer('sick', one, '0.50');
      await on.store.deposit(two, '8.00');
      await worker.catchUp();
      expect(worker.failures).toEqual([]);
      expect(await parking.parked()).toEqual(allOf('sick', 4));
      for (const walletId of [one, two]) {
        const [row, fresh] = [
          await readProjectedWallet(on.log.owner, walletId),
          await readFreshWallet(on.log.owner, walletId),
        ];
        expect(row!.wallet).toEqual(fresh!.wallet);
      }
    });

    it('its balance is still served, with all committed events', async () => {
      expect((await readProjectedWallet(on.log.owner, 'sick'))!.wallet.version).toBe(3);
      const fresh = await readFreshWallet(on.log.owner, 'sick');
      expect(fresh!.wallet).toMatchObject({ version: 5, balances: { EUR: { posted: expect.anything() } } });
      expect(fresh!.wallet.balances['EUR']!.posted.toString()).toBe('6.50');
    });

    it('keeps its wallet parked after a retry without a repair', async () => {
      await parking.askForRetry();
      await worker.lookAround();
      expect(await parking.parked()).toEqual(allOf('sick', 4));
      const [first] = await listParked(on.database, { limit: 1 });
      expect(first).toMatchObject({ attempts: 2, retry: null });
      expect(first!.reason).toContain('this is more than it can take');
    });

    it('after a repair, all missed events are applied once, with those that came meanwhile', async () => {
      // A page skipped the wallet less than 1 s ago: its checkpoint must have moved too.
      await on.store.deposit('sick', '16.00');
      await worker.catchUp();
      poison.broken = false;
      await parking.askForRetry();
      await on.store.deposit('sick', '32.00');
      await worker.lookAround();
      await worker.catchUp();
      expect(await parking.parked()).toEqual([]);
      await parking.expectAllAsTheLogSays();
    });

    it('a rebuild of the wallet that fails leaves it parked, and a later retry does not count twice', async () => {
      poison.broken = true;
      await on.log.owner.query(
        `INSERT INTO parked_wallets (projection, generation, region, wallet_id, shard, version, reason, parked_at, retry)
         VALUES ('journal', 1, 'local', 'sick', $1, 1, 'to be rebuilt', now(), 'rebuild')`,
        [shardOf('sick')],
      );
      await worker.lookAround();
      expect(await parking.parked()).toEqual(['journal sick 4']);
      poison.broken = false;
      await on.store.deposit('sick', '64.00');
      await worker.catchUp();
      await parking.expectMendedBy(worker);
    });
  });

  it('that is missing in the log parks its wallet until it is restored', async () => {
    const worker = on.worker();
    await on.store.openWallet('robbed');
    for (let i = 0; i < 4; i++) await on.store.deposit('robbed', '1.00');
    await worker.catchUp();
    for (let i = 0; i < 3; i++) await on.store.deposit('robbed', '1.00'); // versions 6 to 8
    await on.log.owner.query(
      `CREATE TABLE saved AS SELECT * FROM wallet_events WHERE wallet_id = 'robbed' AND version = 6`,
    );
    await on.log.owner.query(`DELETE FROM wallet_events WHERE wallet_id = 'robbed' AND version = 6`);
    await worker.catchUp();
    expect(await parking.parked()).toEqual(allOf('robbed', 6));
    await parking.askForRetry();
    await worker.lookAround();
    expect(await parking.parked()).toEqual(allOf('robbed', 6));
    expect(worker.failures).toEqual([]);
    await on.log.owner.query(`INSERT INTO wallet_events SELECT * FROM saved`);
    await parking.expectMendedBy(worker);
    await worker.follower.release();
  });

  it('that is missing as the last of its wallet also parks it until it is restored', async () => {
    const worker = on.worker();
    await on.store.deposit('robbed', '1.00'); // version 9
    await on.log.owner.query(`DROP TABLE saved`);
    await on.log.owner.query(
      `CREATE TABLE saved AS SELECT * FROM wallet_events WHERE wallet_id = 'robbed' AND version = 9`,
    );
    await on.log.owner.query(`DELETE FROM wallet_events WHERE wallet_id = 'robbed' AND version = 9`);
    await worker.catchUp();
    await parking.askForRetry();
    await worker.lookAround();
    expect(await parking.parked()).toEqual(allOf('robbed', 9));
    await on.log.owner.query(`INSERT INTO wallet_events SELECT * FROM saved`);
    await parking.expectMendedBy(worker);
    await worker.follower.release();
  });

  it('that is damaged parks its wallet until it is repaired', async () => {
    const worker = on.worker();
    await on.store.openWallet('damaged');
    await on.store.deposit('damaged', '1.00');
    const set = (from: string, to: string) =>
      on.log.owner.query(
        `UPDATE wallet_events SET data = replace(data, $1::text, $2::text) WHERE wallet_id = 'damaged' AND version = 2`,
        [from, to],
      );
    await set('"1.00"', '"1.0O"');
    await worker.catchUp();
    expect(await parking.parked()).toEqual(allOf('damaged', 2));
    await on.store.deposit('damaged', '2.00');
    await worker.catchUp();
    await set('"1.0O"', '"1.00"');
    await parking.expectMendedBy(worker);
    await worker.follower.release();
  });

  it('of a newer version makes a worker release the shard, and parks no wallet', async () => {
    const worker = on.worker();
    await on.store.openWallet('ahead');
    await worker.catchUp();
    const shard = shardOf('ahead');
    const other = ['x-0', 'x-1', 'x-2'].find((walletId) => shardOf(walletId) !== shard)!;
    await on.store.openWallet(other);
    await on.store.deposit('ahead', '1.00');
    const written = (schemaVersion: number) =>
      on.log.owner.query(`UPDATE wallet_events SET schema_version = $1 WHERE wallet_id = 'ahead' AND version = 2`, [
        schemaVersion,
      ]);
    await written(99);
    await worker.catchUp();
    expect(worker.follower.shards).toHaveLength(63);
    expect(worker.follower.shards).not.toContain(shard);
    expect(await parking.parked()).toEqual([]);
    expect((await readProjectedWallet(on.log.owner, other))!.wallet.version).toBe(1);
    const newer = on.worker();
    await written(1);
    await newer.catchUp();
    expect(await parking.parked()).toEqual([]);
    for (const each of [worker, newer]) await each.follower.release();
    await on.catchUp();
    await parking.expectAllAsTheLogSays();
  });

  it('that a newer Tidemark wrote does not stop a worker that retries a parked wallet', async () => {
    const worker = on.worker();
    await on.store.deposit('ahead', '1.00');
    await worker.catchUp();
    await on.log.owner.query(
      `INSERT INTO parked_wallets (projection, generation, region, wallet_id, shard, version, reason, parked_at, retry)
       VALUES ('balances', 1, 'local', 'ahead', $1, 1, 'to be rebuilt', now(), 'rebuild')`,
      [shardOf('ahead')],
    );
    await on.log.owner.query(`UPDATE wallet_events SET schema_version = 99 WHERE wallet_id = 'ahead' AND version = 2`);
    await on.store.openWallet('bystander');
    await worker.lookAround();
    await worker.catchUp();
    expect((await readProjectedWallet(on.log.owner, 'bystander'))?.wallet.version).toBe(1);
    expect(worker.follower.shards).not.toContain(shardOf('ahead'));
    await on.log.owner.query(`UPDATE wallet_events SET schema_version = 1 WHERE wallet_id = 'ahead' AND version = 2`);
    await worker.follower.release();
    const heir = on.worker();
    await heir.catchUp();
    await heir.lookAround();
    await heir.catchUp();
    await heir.follower.release();
    expect(await parking.parked()).toEqual([]);
    await parking.expectAllAsTheLogSays();
  });

  it('a moved wallet that is rebuilt is applied only as far as its shard was followed', async () => {
    const regions = ['local', 'west', 'east'];
    await on.store.openWallet('mover', undefined, 'west');
    await on.store.deposit('mover', '1.00');
    const west = on.worker({ region: 'west' });
    await west.catchUp();
    // The worker in the west has not applied these yet, and no worker has applied the last one.
    await on.store.deposit('mover', '2.00');
    await on.store.rehome('mover', 'east');
    await on.store.deposit('mover', '4.00');
    for (const { name, totals } of ALL_PROJECTIONS) {
      if (totals) continue;
      await on.log.owner.query(
        `INSERT INTO parked_wallets (projection, generation, region, wallet_id, shard, version, reason, parked_at, retry)
         VALUES ($1, 1, 'west', 'mover', $2, 1, 'to be rebuilt', now(), 'rebuild')`,
        [name, shardOf('mover')],
      );
    }
    await west.lookAround();
    await west.catchUp();
    expect(await parking.parked()).toEqual([]);
    expect(west.failures).toEqual([]);
    await west.follower.release();
    await on.catchUp(regions);
    await parking.expectAllAsTheLogSays(regions);
  });

  it('a projection without rows of a wallet parks it at the missing event, not at the first', async () => {
    expect((await on.wrongIn(journal)).length).toBe(0);
    const { rows } = await on.log.owner.query<{ n: string }>(
      `SELECT count(*) AS n FROM journal_entries WHERE wallet_id = 'robbed'`,
    );
    expect(rows).toEqual([{ n: String(8 * 2) }]);
  });
});
