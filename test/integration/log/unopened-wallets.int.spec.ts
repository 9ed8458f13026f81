import type { Database } from '@tidemark/database';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFixture, verdict, watched, type TestStore } from './log-fixture.js';

/** A process has in memory that a wallet is not open, and another process opens it. `wallet_not_found` must be true after the request was sent. */
describe.each(engines)('wallets that are not open yet on $engine', (engine) => {
  let log: LogFixture;
  let rival: TestStore;

  beforeAll(async () => {
    log = await LogFixture.create(engine);
    rival = await log.open();
    await rival.openWallet('payer');
    await rival.deposit('payer', '9.00');
  });
  afterAll(() => log.close());

  it('keeps the read state of a wallet when an opening of it arrives during the read', async () => {
    const { database, hold } = answersHeld(await log.connectApi());
    const store = await log.open({ database });
    await store.deposit('payer', '1.00');
    const rejected = hold('new_outcomes');
    const transfer = store.transfer('payer', 'late', '1.00'); // keeps 'late' in memory, as not open
    await rejected.reached;
    expect(verdict(await rival.openWallet('late'))).toBe('accepted');
    const read = hold('LEFT JOIN (');
    const deposit = store.deposit('late', '1.00');
    rejected.release();
    expect(verdict(await transfer)).toBe('wallet_not_found'); // it was sent before
    await read.reached;
    const opening = store.openWallet('late');
    read.release();
    expect(verdict(await deposit)).toBe('accepted');
    expect(verdict(await opening)).toBe('wallet_already_open');
    expect(await log.versions('late')).toEqual([1, 2]);
  });

  it('keeps the region that an opening asks for when a read finds the wallet not open', async () => {
    const { database, hold } = answersHeld(await log.connectApi());
    const store = await log.open({ database });
    await store.deposit('payer', '1.00');
    const rejected = hold('new_outcomes');
    const transfer = store.transfer('payer', 'mine', '1.00');
    await rejected.reached;
    const read = hold('LEFT JOIN (');
    const deposit = store.deposit('mine', '1.00');
    rejected.release();
    await transfer;
    await read.reached;
    await rival.openWallet('mine', 'the same key');
    const opening = store.openWallet('mine', 'the same key');
    read.release();
    expect(verdict(await deposit)).toBe('wallet_not_found'); // it was sent before
    expect(await opening).toMatchObject({ replayed: true, result: { kind: 'accepted' } });
    expect(store.retries).toEqual(['replay_or_race']); // the stored outcome is looked up in that region
  });

  it('answers at once when the read of an unopened wallet fails with a defect', async () => {
    let broken = false;
    const database = watched(await log.connectApi(), (text) => {
      if (broken && text.includes('LEFT JOIN (')) throw new TypeError('a defect of the driver');
    });
    const { database: held, hold } = answersHeld(database);
    const store = await log.open({ database: held });
    await store.deposit('payer', '1.00');
    const rejected = hold('new_outcomes');
    const transfer = store.transfer('payer', 'never', '1.00');
    await rejected.reached;
    const deposit = store.deposit('never', '1.00');
    broken = true; // only reads after this fail
    const startedAt = performance.now();
    rejected.release();
    await expect(deposit).rejects.toThrow('a defect of the driver');
    expect(performance.now() - startedAt).toBeLessThan(2_000); // the deadline of a command is 15 s
    expect(verdict(await transfer)).toBe('wallet_not_found');
  });
});

interface Hold {
  readonly text: string;
  readonly reached: Promise<void>;
  readonly released: Promise<void>;
  arrive(): void;
  release(): void;
}

/** A database that executes each statement at once, and delays the answers that the test chooses. */
function answersHeld(database: Database): { database: Database; hold(text: string): Hold } {
  const holds: Hold[] = [];
  const query: Database['query'] = async (text, values, options) => {
    const result = await database.query<never>(text, values, options);
    const at = holds.findIndex((each) => text.includes(each.text));
    if (at >= 0) {
      const [held] = holds.splice(at, 1);
      held!.arrive();
      await held!.released;
    }
    return result;
  };
  const hold = (text: string): Hold => {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const made = {
      ...{ text, reached: reached.promise, released: released.promise },
      ...{ arrive: reached.resolve, release: released.resolve },
    };
    holds.push(made);
    return made;
  };
  return { database: { ...database, query }, hold };
}
