import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disturbedStore, type Statement } from './disturbed-store.js';
import { LogFixture } from './log-fixture.js';

const isSnapshot = ({ text }: Statement) => text.includes('INSERT INTO wallet_snapshots');

describe.each(engines)('snapshots on $engine', (engine) => {
  let log: LogFixture;
  beforeAll(async () => {
    log = await LogFixture.create(engine);
  });
  afterAll(() => log.close());

  const versionOf = async (walletId: string) => {
    const { rows } = await log.owner.query<{ version: string }>(
      'SELECT version FROM wallet_snapshots WHERE wallet_id = $1',
      [walletId],
    );
    return rows.map(({ version }) => Number(version));
  };

  it('an older one that comes late does not replace a newer one', async () => {
    const released = Promise.withResolvers<void>();
    const { store: slow } = await disturbedStore(log, { limits: { snapshotEvery: 2 } }, async (each, send) => {
      if (isSnapshot(each)) await released.promise;
      return send();
    });
    const quick = await log.open({ limits: { snapshotEvery: 2 } });
    await slow.openWallet('twice-taken');
    await slow.deposit('twice-taken', '1.00');
    for (let i = 0; i < 2; i++) await quick.deposit('twice-taken', '1.00');
    await quick.close();
    expect(await versionOf('twice-taken')).toEqual([4]);
    released.resolve();
    await slow.close();
    expect(await versionOf('twice-taken')).toEqual([4]);
  });

  it('one that other code wrote is replaced, with any version', async () => {
    const store = await log.open({ limits: { snapshotEvery: 2 } });
    await store.openWallet('otherwise');
    for (let i = 0; i < 3; i++) await store.deposit('otherwise', '1.00');
    await store.close();
    await log.owner.query(`UPDATE wallet_snapshots SET state_version = 0, version = 99 WHERE wallet_id = 'otherwise'`);
    const next = await log.open({ limits: { snapshotEvery: 2 } });
    for (let i = 0; i < 2; i++) await next.deposit('otherwise', '1.00');
    await next.close();
    expect(await versionOf('otherwise')).toEqual([6]);
  });

  it('at most a thousand wait to be written while the database is slow', async () => {
    const released = Promise.withResolvers<void>();
    const { store } = await disturbedStore(log, { limits: { snapshotEvery: 1 } }, async (each, send) => {
      if (isSnapshot(each)) await released.promise;
      return send();
    });
    await Promise.all(Array.from({ length: 1_300 }, (_, i) => store.openWallet(`crowd-${i}`)));
    released.resolve();
    await store.close();
    // A hundred were in flight.
    expect(await log.count('wallet_snapshots', `wallet_id LIKE 'crowd-%'`)).toBe(1_100);
  });
});
