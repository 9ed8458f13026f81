import { connect, type Database } from '@tidemark/database';
import {
  balances,
  openProjection,
  readFreshWallet,
  readProjectedWallet,
  readWalletAt,
  step,
} from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { encodeWallet } from '@tidemark/wallet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFixture, type TestStore } from '../log/log-fixture.js';

const WALLETS = Array.from({ length: 12 }, (_, i) => `p-${i}`);

describe.each(engines)('the worker on $engine', (engine) => {
  let log: LogFixture;
  let store: TestStore;
  let worker: Database;
  let rival: Database;
  let generation: string;

  beforeAll(async () => {
    log = await LogFixture.create(engine);
    store = await log.open();
    const open = () => connect({ url: log.url, role: 'tidemark_worker', applicationName: 'test-worker' });
    [worker, rival] = [await open(), await open()];
    generation = await openProjection(worker, 'balances', ['local']);
    await Promise.all(WALLETS.map((walletId) => store.openWallet(walletId)));
  });
  afterAll(async () => {
    await worker.close();
    await rival.close();
    await log.close();
  });

  const move = async (count: number) => {
    const before = await log.count('wallet_events');
    await Promise.all(
      Array.from({ length: count }, (_, i) =>
        i % 3 === 2
          ? store.transfer(WALLETS[(i + 1) % WALLETS.length]!, WALLETS[i % WALLETS.length]!, '0.01')
          : store.deposit(WALLETS[i % WALLETS.length]!, '1.00'),
      ),
    );
    return (await log.count('wallet_events')) - before;
  };

  const catchUp = async (database = worker) => {
    let events = 0;
    for (;;) {
      const done = await step(database, balances, generation, 'local');
      events += done.events;
      if (done.caughtUp) return events;
    }
  };

  /** Each row against the fold of the whole stream. */
  const expectRowsToBeTheFold = async () => {
    for (const walletId of WALLETS) {
      const projected = await readProjectedWallet(log.owner, walletId);
      const folded = await readWalletAt(log.owner, walletId, { version: Number.MAX_SAFE_INTEGER });
      expect(encodeWallet(projected!.wallet), walletId).toBe(encodeWallet(folded!.wallet));
      expect(projected!.position).toBe(folded!.position);
    }
    const [lines, movements] = await Promise.all([
      log.count('wallet_movements'),
      log.count('wallet_events', `type <> 'WalletOpened'`),
    ]);
    expect(lines).toBe(movements);
  };

  it('applies every event exactly once', async () => {
    await move(200);
    expect(await catchUp()).toBe(await log.count('wallet_events'));
    expect(await catchUp()).toBe(0);
    await expectRowsToBeTheFold();
  });

  it('two workers on the same slice disturb nobody: what one has written the other leaves', async () => {
    for (let round = 0; round < 5; round++) {
      const moved = await move(60);
      const [one, two] = await Promise.all([catchUp(worker), catchUp(rival)]);
      expect(one + two).toBe(moved);
    }
    await expectRowsToBeTheFold();
  });

  it('a worker that slept through the page of another writes nothing', async () => {
    await move(30);
    const asleep = {
      ...balances,
      save: async (database: Database, page: Parameters<typeof balances.save>[1]) => {
        await catchUp(rival);
        return balances.save(database, page);
      },
    };
    expect(await step(worker, asleep, generation, 'local')).toEqual({ events: 0, caughtUp: false });
    await expectRowsToBeTheFold();
  });

  it('leaves out what a row has seen, and fetches what it has not', async () => {
    await log.owner.query(`UPDATE wallet_balances SET version = version - 2, state = $2 WHERE wallet_id = $1`, [
      'p-3',
      encodeWallet((await readWalletAt(log.owner, 'p-3', { version: (await log.versions('p-3')).length - 2 }))!.wallet),
    ]);
    await log.owner.query(`DELETE FROM wallet_movements WHERE wallet_id = 'p-3' AND version > $1`, [
      (await log.versions('p-3')).length - 2,
    ]);
    await store.deposit('p-3', '1.00'); // its commit begins two versions after the row
    await catchUp();
    await expectRowsToBeTheFold();
  });

  it('stops at a version that exists nowhere, and never skips it', async () => {
    const hole = (await log.versions('p-5')).length;
    await store.deposit('p-5', '1.00');
    const { rows } = await log.owner.query(`SELECT * FROM wallet_events WHERE wallet_id = 'p-5' AND version = $1`, [
      hole + 1,
    ]);
    await log.owner.query(`DELETE FROM wallet_events WHERE wallet_id = 'p-5' AND version = $1`, [hole + 1]);
    await expect(catchUp()).rejects.toMatchObject({ name: 'LogBroken' });
    await expect(catchUp()).rejects.toMatchObject({ name: 'LogBroken' });
    const [row] = rows as Record<string, unknown>[];
    const columns = Object.keys(row!);
    const marks = columns.map((_, i) => `$${i + 1}`).join(', ');
    await log.owner.query(`INSERT INTO wallet_events (${columns.join(', ')}) VALUES (${marks})`, Object.values(row!));
    await catchUp();
    await expectRowsToBeTheFold();
  });

  it('a fresh read folds what the worker has not seen; an eventual one does not', async () => {
    await catchUp();
    const before = await readFreshWallet(log.owner, 'p-1');
    await store.deposit('p-1', '7.00');
    const [fresh, eventual] = [await readFreshWallet(log.owner, 'p-1'), await readProjectedWallet(log.owner, 'p-1')];
    expect(fresh!.wallet.version).toBe(before!.wallet.version + 1);
    expect(eventual!.wallet.version).toBe(before!.wallet.version);
    expect(await readFreshWallet(log.owner, 'nobody')).toBeUndefined();
  });

  it('reads a wallet as it was, by version and by recorded time', async () => {
    let now = Date.parse('2030-01-01T00:00:00.000Z');
    const timed = await log.open({ clock: () => now });
    await timed.openWallet('past');
    for (const amount of ['1.00', '2.00', '4.00']) {
      now += 60_000;
      await timed.deposit('past', amount);
    }
    const posted = async (at: Parameters<typeof readWalletAt>[2]) =>
      (await readWalletAt(log.owner, 'past', at))?.wallet.balances['EUR']?.posted.toString();
    expect(await posted({ version: 3 })).toBe('3.00');
    expect(await posted({ time: '2030-01-01T00:01:00.000Z' })).toBe('1.00');
    expect(await posted({ time: '2030-01-01T00:02:59.999Z' })).toBe('3.00');
    expect(await readWalletAt(log.owner, 'past', { time: '2029-12-31T23:59:59.999Z' })).toBeUndefined();
  });
});
