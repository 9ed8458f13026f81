import { balances, readFreshWallet, readProjectedWallet, readWalletAt } from '@tidemark/projections';
import { beginBuild, beginFollowing, Builder, dropBuild, shardsBehindLive } from '@tidemark/rebuilding';
import { engines } from '@tidemark/testing';
import { encodeWallet } from '@tidemark/wallet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture } from './projections-fixture.js';

const WALLETS = Array.from({ length: 12 }, (_, i) => `p-${i}`);

describe.each(engines)('following the log on $engine', (engine) => {
  let on: ProjectionsFixture;

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    await Promise.all(WALLETS.map((walletId) => on.store.openWallet(walletId)));
  });
  afterAll(() => on.close());

  /** Compares each row with the fold of the whole stream. */
  const expectRowsToBeTheFold = async () => {
    for (const walletId of WALLETS) {
      const row = await readProjectedWallet(on.log.owner, walletId);
      const folded = await readWalletAt(on.log.owner, walletId, { version: Number.MAX_SAFE_INTEGER });
      expect(encodeWallet(row!.wallet), walletId).toBe(encodeWallet(folded!.wallet));
      expect(row!.position).toBe(folded!.position);
    }
    const [lines, moves] = await Promise.all([
      on.log.count('wallet_movements'),
      on.log.count('wallet_events', `type <> 'WalletOpened'`),
    ]);
    expect(lines).toBe(moves);
  };

  it('applies every event exactly once to every projection', async () => {
    const worker = on.worker();
    await on.move(WALLETS, 200);
    await worker.catchUp();
    const events = await on.log.count('wallet_events');
    expect(worker.applied).toEqual(new Map([...worker.applied.keys()].map((name) => [name, events])));
    expect(worker.applied.size).toBeGreaterThanOrEqual(2);
    await expectRowsToBeTheFold();
    expect(worker.failures).toEqual([]);
    await worker.follower.release();
  });

  it('writes nothing without new events, and moves every shard soon after an event', async () => {
    const worker = on.worker();
    await worker.catchUp();
    worker.pass(1_000);
    await worker.catchUp();
    await on.store.deposit('p-0', '1.00');
    await worker.catchUp();
    const positions = () => on.log.owner.query(`SELECT count(DISTINCT position) AS n FROM shard_checkpoints`);
    expect((await positions()).rows).toEqual([{ n: '2' }]);
    worker.pass(1_000);
    await worker.catchUp();
    expect((await positions()).rows).toEqual([{ n: '1' }]);
    const versions = () => on.log.owner.query(VERSIONS[engine.engine]);
    const before = (await versions()).rows;
    for (let second = 0; second < 5; second++) await worker.lookAround();
    expect((await versions()).rows).toEqual(before);
    await worker.follower.release();
  });

  it('a new build reaches the live build, also while events are appended', async () => {
    const worker = on.worker({ limits: { commitsMax: 2, eventsMax: 20 } });
    await worker.catchUp();
    const build = await beginBuild(on.database, balances, ['local']);
    for (const walletId of WALLETS.slice(0, 7)) await on.store.deposit(walletId, '1.00'); // the new build begins some pages behind
    worker.pass(1_000); // all shards of the other builds move on
    await worker.catchUp();
    const me = { region: 'local', id: 'builder' };
    await new Builder(on.database, { projections: [balances], me, latencyRatioMax: 0 }).build(
      AbortSignal.timeout(60_000),
    );
    await beginFollowing(on.database, build, ['local'], '{}');
    let behind = Infinity;
    for (let second = 0; second < 40 && behind > 0; second++) {
      await on.store.deposit(WALLETS[second % WALLETS.length]!, '1.00');
      await worker.lookAround();
      behind = await shardsBehindLive(on.database, build);
    }
    expect(behind).toBe(0);
    await worker.catchUp();
    await worker.follower.release();
    await dropBuild(on.database, build);
  });

  it('two workers share the shards, and each event is applied by one of them', async () => {
    const [one, two] = [on.worker(), on.worker()];
    await one.catchUp();
    expect(one.follower.shards).toHaveLength(64);
    await two.catchUp();
    expect(two.follower.shards).toHaveLength(32);
    for (let round = 0; round < 5; round++) {
      await on.move(WALLETS, 60);
      await Promise.all([one.catchUp(), two.catchUp()]);
    }
    expect(one.follower.shards).toHaveLength(32);
    await expectRowsToBeTheFold();
    await two.follower.release();
    await one.lookAround();
    expect(one.follower.shards).toHaveLength(64);
    await one.follower.release();
  });

  it('takes over from a dead worker when there are events to follow, and not earlier', async () => {
    const [dead, heir] = [on.worker(), on.worker()];
    await dead.catchUp();
    await heir.catchUp();
    for (let second = 0; second < 3; second++) await dead.lookAround();
    for (let second = 0; second < 20; second++) await heir.lookAround();
    expect(heir.follower.shards).toHaveLength(32);
    await on.move(WALLETS, 30);
    for (let second = 0; second < 6; second++) await heir.lookAround();
    await heir.catchUp();
    expect(heir.follower.shards.length).toBeGreaterThan(32);
    await expectRowsToBeTheFold();
    await heir.follower.release();
  });

  it('a worker that lost a shard while it was suspended writes nothing there, and continues with its other shards', async () => {
    let rob: (() => Promise<unknown>) | undefined;
    const sleepy = on.worker({
      database: {
        ...on.database,
        transaction: async (work, options) => {
          await rob?.();
          rob = undefined;
          return on.database.transaction(work, options);
        },
      },
    });
    await sleepy.catchUp();
    await on.move(WALLETS, 30);
    const before = await on.rowsOf('movements');
    rob = () => on.log.owner.query(`UPDATE shard_leases SET token = token + 1, owner = 'local/thief'`);
    await sleepy.follower.cycle();
    expect(await on.rowsOf('movements')).toEqual(before);
    expect(sleepy.follower.shards).toEqual([]);
    await on.log.owner.query(`UPDATE shard_leases SET owner = NULL`);
    await sleepy.catchUp();
    await expectRowsToBeTheFold();
    await sleepy.follower.release();
  });

  it('skips events that a row has applied, and loads those that it lacks', async () => {
    const worker = on.worker();
    const two = (await on.log.versions('p-3')).length - 2;
    const earlier = await readWalletAt(on.log.owner, 'p-3', { version: two });
    for (const table of ['wallet_balances', 'statement_wallets']) {
      await on.log.owner.query(`UPDATE ${table} SET version = $2, state = $3 WHERE wallet_id = $1`, [
        ...['p-3', two],
        encodeWallet(earlier!.wallet),
      ]);
    }
    await on.log.owner.query(`DELETE FROM wallet_movements WHERE wallet_id = 'p-3' AND version > $1`, [two]);
    await on.store.deposit('p-3', '1.00'); // its commit begins two versions after the row
    await worker.catchUp();
    await expectRowsToBeTheFold();
    await worker.follower.release();
  });

  it('does not change a row that is newer than its checkpoint', async () => {
    const rows = async () => [...(await on.rowsOf('balances')), ...(await on.rowsOf('movements'))];
    await on.catchUp();
    const before = await rows();
    await on.log.owner.query(
      `UPDATE shard_checkpoints SET position = 0, commit_id = '00000000-0000-0000-0000-000000000000'
       WHERE projection IN ('balances', 'movements')`,
    );
    await on.catchUp();
    expect(await rows()).toEqual(before);
  });

  it('folds a state again if another version of the code wrote it', async () => {
    const worker = on.worker();
    await on.log.owner.query(`UPDATE wallet_balances SET state_version = 0, state = '{}' WHERE wallet_id = 'p-4'`);
    await on.store.deposit('p-4', '1.00');
    await worker.catchUp();
    await expectRowsToBeTheFold();
    await worker.follower.release();
  });

  it('a current read folds events that the worker has not applied; an eventual read does not', async () => {
    const worker = on.worker();
    await worker.catchUp();
    const before = await readFreshWallet(on.log.owner, 'p-1');
    await on.store.deposit('p-1', '7.00');
    const [fresh, eventual] = [
      await readFreshWallet(on.log.owner, 'p-1'),
      await readProjectedWallet(on.log.owner, 'p-1'),
    ];
    expect(fresh!.wallet.version).toBe(before!.wallet.version + 1);
    expect(eventual!.wallet.version).toBe(before!.wallet.version);
    expect(await readFreshWallet(on.log.owner, 'nobody')).toBeUndefined();
    await worker.follower.release();
  });

  it('reads a wallet from the log if its row cannot be read', async () => {
    const worker = on.worker();
    await worker.catchUp();
    const whole = await readWalletAt(on.log.owner, 'p-5', { version: Number.MAX_SAFE_INTEGER });
    await on.log.owner.query(`UPDATE wallet_balances SET state = '{' WHERE wallet_id = 'p-5'`);
    expect(await readFreshWallet(on.log.owner, 'p-5')).toEqual(whole);
    expect(await readProjectedWallet(on.log.owner, 'p-5')).toMatchObject(whole!);
    await on.log.owner.query(`UPDATE wallet_balances SET state = $1 WHERE wallet_id = 'p-5'`, [
      encodeWallet(whole!.wallet),
    ]);
    await worker.follower.release();
  });

  it('reads a wallet as it was, by version and by recorded time', async () => {
    let now = Date.parse('2030-01-01T00:00:00.000Z');
    const timed = await on.log.open({ clock: () => now });
    await timed.openWallet('past');
    for (const amount of ['1.00', '2.00', '4.00']) {
      now += 60_000;
      await timed.deposit('past', amount);
    }
    const posted = async (at: Parameters<typeof readWalletAt>[2]) =>
      (await readWalletAt(on.log.owner, 'past', at))?.wallet.balances['EUR']?.posted.toString();
    expect(await posted({ version: 3 })).toBe('3.00');
    expect(await posted({ time: '2030-01-01T00:01:00.000Z' })).toBe('1.00');
    expect(await posted({ time: '2030-01-01T00:02:59.999Z' })).toBe('3.00');
    expect(await readWalletAt(on.log.owner, 'past', { time: '2029-12-31T23:59:59.999Z' })).toBeUndefined();
  });
});

/** A value that changes with every write of a row, even if the row stays the same. */
const VERSIONS = {
  postgres: `SELECT sum(xmin::text::int8) AS v FROM (
    SELECT xmin FROM shard_checkpoints UNION ALL SELECT xmin FROM shard_leases) t`,
  cockroach: `SELECT sum(v) AS v FROM (
    SELECT crdb_internal_mvcc_timestamp AS v FROM shard_checkpoints
    UNION ALL SELECT crdb_internal_mvcc_timestamp FROM shard_leases) t`,
};
