import { ReadModel } from '@tidemark/application';
import { ListWalletsHandler, ListWalletsQuery } from '@tidemark/application/nest';
import { connect } from '@tidemark/database';
import { readWalletEvents, readWallets } from '@tidemark/event-store';
import { openProjections, RegionFollower } from '@tidemark/following';
import { ALL_PROJECTIONS, readFreshWallet, readProjectedWallet, readWalletAt } from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFixture, standing, verdict, type TestStore } from './log-fixture.js';

/** Regions are names in keys, so both engines can test a change of the home region. */
describe.each(engines)('a wallet that moves to another region, on $engine', (engine) => {
  let log: LogFixture;
  let here: TestStore;
  let elsewhere: TestStore;

  beforeAll(async () => {
    log = await LogFixture.create(engine);
    [here, elsewhere] = [await log.open(), await log.open()];
  });
  afterAll(() => log.close());

  const regionsOf = async (walletId: string) => {
    const events = await readWalletEvents(log.owner, { walletId, after: 0, limit: 100 });
    return events.map(({ version, region, type }) => `${version} ${region} ${type}`);
  };

  it('takes commands in its new region, and its history stays readable', async () => {
    await here.openWallet('mover', undefined, 'west');
    await here.deposit('mover', '5.00');
    expect(verdict(await here.rehome('mover', 'east'))).toBe('accepted');
    expect(standing(await here.withdraw('mover', '2.00'))).toEqual([4, '3.00']);
    expect(await regionsOf('mover')).toEqual([
      '1 west WalletOpened',
      '2 west FundsDeposited',
      '3 west WalletRehomed',
      '4 east FundsWithdrawn',
    ]);
    expect((await readFreshWallet(log.owner, 'mover'))!.wallet).toMatchObject({ version: 4, homeRegion: 'east' });
    const [read, ...others] = await readWallets(log.owner, ['mover', 'nobody']);
    expect([read?.[0], read?.[1].version, others]).toEqual(['mover', 4, []]);
    expect((await readWalletAt(log.owner, 'mover', { version: 2 }))!.wallet.homeRegion).toBe('west');
  });

  it('is found by processes with the old region: their statement conflicts, and nothing is written twice', async () => {
    await here.openWallet('chased', undefined, 'west');
    await elsewhere.deposit('chased', '5.00'); // `elsewhere` remembers it in the west
    await here.rehome('chased', 'east');
    elsewhere.retries.length = 0;
    const outcomes = await Promise.all([elsewhere.withdraw('chased', '1.00'), elsewhere.withdraw('chased', '9.00')]);
    expect(outcomes.map(verdict)).toEqual(['accepted', 'insufficient_funds']);
    expect(elsewhere.retries.length).toBeGreaterThanOrEqual(1);
    expect((await regionsOf('chased')).at(-1)).toBe('4 east FundsWithdrawn');
    // A single rejection that was decided on the old region is not stored either.
    await here.rehome('chased', 'north');
    await here.deposit('chased', '5.00');
    expect(verdict(await elsewhere.withdraw('chased', '9.00'))).toBe('accepted');
  });

  it('keeps its idempotency keys', async () => {
    await here.openWallet('keys', undefined, 'west');
    const accepted = await here.deposit('keys', '5.00', 'd');
    const rejected = await here.withdraw('keys', '9.00', 'w');
    await here.rehome('keys', 'east', 'r');
    for (const store of [here, elsewhere, await log.open()]) {
      expect(await store.deposit('keys', '5.00', 'd')).toEqual({ ...accepted, replayed: true });
      expect(await store.withdraw('keys', '9.00', 'w')).toEqual({ ...rejected, replayed: true });
      expect(await store.rehome('keys', 'east', 'r')).toMatchObject({ replayed: true, result: { kind: 'accepted' } });
    }
    expect(await log.versions('keys')).toEqual([1, 2, 3]);
  });

  it('may move back', async () => {
    await here.openWallet('back', undefined, 'west');
    const first = await here.deposit('back', '5.00', 'd');
    await here.rehome('back', 'east');
    await here.deposit('back', '1.00', 'e');
    expect(verdict(await here.rehome('back', 'west'))).toBe('accepted');
    expect(standing(await here.deposit('back', '1.00'))).toEqual([6, '7.00']);
    expect(await (await log.open()).deposit('back', '5.00', 'd')).toEqual({ ...first, replayed: true });
    expect(verdict(await here.rehome('back', 'west'))).toBe('same_region');
    expect(await log.versions('back')).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('moves once when two processes move it, and takes part in a transfer meanwhile', async () => {
    await Promise.all(['torn', 'other'].map((walletId) => here.openWallet(walletId, undefined, 'west')));
    await here.deposit('torn', '9.00');
    const outcomes = await Promise.all([
      here.rehome('torn', 'east'),
      elsewhere.rehome('torn', 'east'),
      here.transfer('torn', 'other', '1.00'),
      elsewhere.transfer('torn', 'other', '1.00'),
    ]);
    expect(outcomes.map(verdict).sort()).toEqual(['accepted', 'accepted', 'accepted', 'same_region']);
    expect(standing(await elsewhere.deposit('torn', '1.00'))).toEqual([6, '8.00']);
    expect(standing(await elsewhere.deposit('other', '1.00'))).toEqual([4, '3.00']);
  });

  it('may be moved again at once: each move sees the one before', async () => {
    await here.openWallet('onward', undefined, 'west');
    const outcomes = await Promise.all([
      here.deposit('onward', '5.00', 'd'),
      here.rehome('onward', 'east', 'r1'),
      here.rehome('onward', 'north', 'r2'),
      here.rehome('onward', 'north', 'r3'),
      here.deposit('onward', '1.00', 'e'),
    ]);
    expect(outcomes.map(verdict)).toEqual(['accepted', 'accepted', 'accepted', 'same_region', 'accepted']);
    expect(await regionsOf('onward')).toEqual([
      '1 west WalletOpened',
      '2 west FundsDeposited',
      '3 west WalletRehomed',
      '4 east WalletRehomed',
      '5 north FundsDeposited',
    ]);
    const other = await log.open();
    for (const [i, key] of ['r1', 'r2', 'r3'].entries()) {
      const again = await other.rehome('onward', key === 'r1' ? 'east' : 'north', key);
      expect(again).toEqual({ ...outcomes[i + 1]!, replayed: true });
    }
  });

  it('is followed by the projection, which loads earlier events from the former regions', async () => {
    const worker = await connect({ url: log.url, role: 'tidemark_worker', applicationName: 'test-worker' });
    await openProjections(worker);
    const observer = { applied() {}, parked() {}, failed() {} };
    const regions = ['east', 'west', 'north'];
    const followers = regions.map((region) => {
      const me = { region, id: 'test' };
      return new RegionFollower(worker, region, { projections: ALL_PROJECTIONS, me, observer });
    });
    for (const follower of followers) {
      while (await follower.cycle());
      await follower.release();
    }
    for (const walletId of ['mover', 'back', 'torn', 'other', 'onward']) {
      const projected = await readProjectedWallet(log.owner, walletId);
      expect(projected!.wallet).toEqual((await readFreshWallet(log.owner, walletId))!.wallet);
    }
    const { rows } = await log.owner.query<{ version: string }>(
      `SELECT m.version FROM wallet_movements m WHERE m.wallet_id = 'mover' ORDER BY m.version`,
    );
    const moved = await log.owner.query<{ version: string }>(
      `SELECT version FROM wallet_events
       WHERE wallet_id = 'mover' AND type NOT IN ('WalletOpened', 'WalletRehomed') ORDER BY version`,
    );
    expect(rows).toEqual(moved.rows); // each in the region of its event, and none twice
    await worker.close();
  });

  it('is read and listed in its new region before it has any other event there', async () => {
    const database = await connect({ url: log.url, role: 'tidemark_worker', applicationName: 'test-worker' });
    await openProjections(database);
    await here.openWallet('fresh-mover', undefined, 'west');
    await here.deposit('fresh-mover', '5.00');
    await here.rehome('fresh-mover', 'east');
    const observer = { applied() {}, parked() {}, failed() {} };
    const regions = ['east', 'west', 'north'];
    for (const region of regions) {
      const me = { region, id: 'mover' };
      const follower = new RegionFollower(database, region, { projections: ALL_PROJECTIONS, me, observer });
      while (await follower.cycle());
      await follower.release();
    }
    const projected = await readProjectedWallet(log.owner, 'fresh-mover');
    expect(projected!.wallet).toMatchObject({ version: 3, homeRegion: 'east' });
    expect(projected!.wallet).toEqual((await readFreshWallet(log.owner, 'fresh-mover'))!.wallet);
    const list = new ListWalletsHandler(new ReadModel(log.owner, regions));
    const { entries } = await list.execute(new ListWalletsQuery({ limit: 100 }));
    expect(entries.map(({ walletId, wallet }) => `${walletId} ${wallet.version}`)).toContain('fresh-mover 3');
    expect(new Set(entries.map(({ walletId }) => walletId)).size).toBe(entries.length);
    await database.close();
  });
});
