import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { disturbedStore, engineError, isAppend, isLoad, mentions } from './disturbed-store.js';
import { LogFixture, standing, verdict, type TestStore } from './log-fixture.js';

/** Longer than any statement of this file. */
const LONG_MS = 2_000;

/** Which commands share a flush, which commands wait for which, and which wallets stay in memory. */
describe.each(engines)('flush queues on $engine', (engine) => {
  let log: LogFixture;
  let rival: TestStore;
  beforeAll(async () => {
    log = await LogFixture.create(engine);
    rival = await log.open();
  });
  afterAll(() => log.close());

  /** @returns the value of the promise, or `waits` */
  const soon = <T>(answer: Promise<T>) => Promise.race([answer, sleep(LONG_MS).then(() => 'waits' as const)]);

  it('a transfer to another region delays no flush of its own region', async () => {
    const { store, steps } = await disturbedStore(log);
    for (const walletId of ['sender-1', 'bystander-1']) await store.openWallet(walletId, undefined, 'near');
    await store.openWallet('receiver-1', undefined, 'far');
    await store.deposit('sender-1', '1.00');
    const [sent, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    onTestFinished(() => released.resolve());
    steps.push(async (send) => {
      sent.resolve();
      await released.promise;
      return send();
    });
    const transfer = store.transfer('sender-1', 'receiver-1', '1.00');
    await sent.promise;
    expect(await soon(store.deposit('bystander-1', '1.00').then(verdict))).toBe('accepted');
    released.resolve();
    expect(verdict(await transfer)).toBe('accepted');
  });

  it('a command continues in the flush queue of the new region of its wallet', async () => {
    const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    onTestFinished(() => released.resolve());
    const { store, steps } = await disturbedStore(log);
    for (const walletId of ['moved-8', 'bystander-8']) await store.openWallet(walletId, undefined, 'near');
    steps.push(
      async (send) => {
        await rival.rehome('moved-8', 'far');
        return send();
      },
      async (send) => {
        held.resolve();
        await released.promise;
        return send();
      },
    );
    const moved = store.deposit('moved-8', '1.00');
    await held.promise;
    expect(await soon(store.deposit('bystander-8', '1.00').then(verdict))).toBe('accepted');
    released.resolve();
    expect(verdict(await moved)).toBe('accepted');
  });

  it('commands that waited for a wallet are written in one flush', async () => {
    const { store, steps } = await disturbedStore(log);
    await store.openWallet('sender-2', undefined, 'near');
    await store.openWallet('receiver-2', undefined, 'far');
    await store.deposit('sender-2', '1.00');
    store.flushes.length = 0;
    const waiting: Promise<unknown>[] = [];
    steps.push((send) => {
      for (let i = 0; i < 10; i++) waiting.push(store.deposit('sender-2', '1.00'));
      return send();
    });
    await store.transfer('sender-2', 'receiver-2', '1.00');
    await Promise.all(waiting);
    expect(store.flushes).toEqual([1, 10]);
  });

  it('commands of a wallet keep their order, also if one of them is a transfer across regions', async () => {
    const { store, steps } = await disturbedStore(log);
    await store.openWallet('sender-6', undefined, 'near');
    await store.openWallet('receiver-6', undefined, 'far');
    await store.deposit('sender-6', '1.00');
    const waiting: ReturnType<typeof store.deposit>[] = [];
    steps.push((send) => {
      waiting.push(store.transfer('sender-6', 'receiver-6', '1.00'), store.deposit('sender-6', '1.00'));
      return send();
    });
    waiting.unshift(store.deposit('sender-6', '1.00'));
    const first = await waiting[0]!;
    const outcomes = [first, ...(await Promise.all(waiting.slice(1)))];
    expect(outcomes.map((outcome) => standing(outcome)[0])).toEqual([3, 4, 5]);
  });

  it('a command that waited for a wallet is executed after the wallet was moved to another region', async () => {
    const { store, steps } = await disturbedStore(log);
    for (const walletId of ['moved-3', 'next-3', 'sender-3']) await store.openWallet(walletId, undefined, 'near');
    for (const walletId of ['receiver-3', 'other-3']) await store.openWallet(walletId, undefined, 'far');
    for (const walletId of ['moved-3', 'sender-3']) await store.deposit(walletId, '9.00');
    const waiting: Promise<string>[] = [];
    steps.push(async (send) => {
      await rival.rehome('moved-3', 'far');
      // Local when it is requested, but across regions when its flush queue starts it.
      waiting.push(store.transfer('moved-3', 'next-3', '1.00').then(verdict));
      return send();
    });
    const across = [store.transfer('moved-3', 'receiver-3', '1.00'), store.transfer('sender-3', 'other-3', '1.00')];
    expect((await Promise.all(across)).map(verdict)).toEqual(['accepted', 'accepted']);
    expect(await soon(Promise.all(waiting))).toEqual(['accepted']);
  });

  it('a command continues in the region where its wallet was opened meanwhile', async () => {
    const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    onTestFinished(() => [held, released].forEach(({ resolve }) => resolve()));
    const { store, steps } = await disturbedStore(log, {}, async (each, send) => {
      if (isAppend(each) && mentions(each, 'far-4')) {
        held.resolve();
        await released.promise;
      }
      if (isLoad(each) && mentions(each, 'near-4') && waiting.length > 0) await held.promise;
      return send();
    });
    await store.openWallet('sender-4', undefined, 'near');
    await store.deposit('sender-4', '9.00');
    const waiting: Promise<string>[] = [];
    steps.push(async (send) => {
      const answer = await send(); // both wallets do not exist
      await rival.openWallet('far-4', undefined, 'far');
      await rival.openWallet('near-4', undefined, 'near');
      waiting.push(...['far-4', 'near-4'].map((walletId) => store.deposit(walletId, '1.00').then(verdict)));
      return answer;
    });
    const transfers = ['far-4', 'near-4'].map((walletId) => store.transfer('sender-4', walletId, '1.00'));
    expect((await Promise.all(transfers)).map(verdict)).toEqual(['wallet_not_found', 'wallet_not_found']);
    expect(await soon(waiting[1]!)).toBe('accepted'); // although the other region is blocked
    released.resolve();
    expect(await waiting[0]).toBe('accepted');
  });

  it('a defect during the check that a wallet is missing is reported to its caller once', async () => {
    const released = Promise.withResolvers<void>();
    onTestFinished(() => released.resolve());
    const waiting: Promise<unknown>[] = [];
    let loads = 0;
    const { store, steps } = await disturbedStore(log, {}, async (each, send) => {
      if (waiting.length === 0 || !isLoad(each)) return send();
      if (++loads === 1) throw engineError('22012');
      if (loads === 2) await released.promise;
      return send();
    });
    await store.openWallet('sender-5', undefined, 'near');
    const deposit = () => store.deposit('missing-5', '1.00').then(verdict, (error: unknown) => error);
    steps.push(async (send) => {
      const answer = await send();
      waiting.push(deposit(), deposit());
      return answer;
    });
    await store.transfer('sender-5', 'missing-5', '1.00');
    expect(await waiting[0]).toMatchObject({ code: '22012' });
    // The other deposit still uses the wallet, so an opening waits for it.
    const opening = store.openWallet('missing-5', undefined, 'far').then(verdict);
    expect(await Promise.race([opening, sleep(200).then(() => 'waits')])).toBe('waits');
    released.resolve();
    expect([await waiting[1], await opening]).toEqual(['wallet_not_found', 'accepted']);
  });

  it('the check that a wallet is missing ends with an error if the database stays unavailable', async () => {
    let away = false;
    const options = { limits: { commandDeadlineMs: 200, backoffCapMs: 20 } };
    const { store, steps } = await disturbedStore(log, options, async (_, send) => {
      if (away) throw engineError('ECONNREFUSED');
      return send();
    });
    await store.openWallet('sender-7', undefined, 'near');
    const waiting: Promise<unknown>[] = [];
    steps.push(async (send) => {
      const answer = await send();
      away = true;
      waiting.push(store.deposit('missing-7', '1.00').catch((error: unknown) => error));
      return answer;
    });
    await store.transfer('sender-7', 'missing-7', '1.00');
    expect(await soon(waiting[0]!)).toMatchObject({ name: 'LogUnavailable' });
  });

  it('a wallet in use stays in memory, also if many others are loaded meanwhile', async () => {
    const { store, steps } = await disturbedStore(log, { limits: { idleWalletsMax: 1 } });
    const others = ['guest-a', 'guest-b', 'guest-c'];
    for (const walletId of ['in-use', ...others]) await rival.openWallet(walletId);
    const later: Promise<unknown>[] = [];
    steps.push(async (send) => {
      later.push(...others.map((walletId) => store.deposit(walletId, '1.00')));
      await sleep(50); // they are loaded
      later.push(store.deposit('in-use', '1.00'));
      await sleep(50);
      return send();
    });
    await store.deposit('in-use', '1.00');
    await Promise.all(later);
    expect(store.retries).toEqual([]); // a second copy of the wallet would race against the first
    expect(standing(await store.deposit('in-use', '1.00'))).toEqual([4, '3.00']);
  });

  it('the result of a late read does not replace a newer state', async () => {
    await rival.openWallet('read-twice');
    const again = Promise.withResolvers<void>();
    const later: Promise<unknown>[] = [];
    const { store, steps } = await disturbedStore(log, {}, async (each, send) => {
      if (!isLoad(each)) return send();
      if (later.length === 0) {
        later.push(store.deposit('read-twice', '1.00')); // it also reads the wallet, later than the first deposit
        return send();
      }
      const answer = await send();
      again.resolve();
      return answer;
    });
    steps.push(async (send) => {
      await again.promise;
      await sleep(50); // the other deposit is decided
      return send();
    });
    await store.deposit('read-twice', '1.00');
    await Promise.all(later);
    expect(store.retries).toEqual([]);
    expect(await log.versions('read-twice')).toEqual([1, 2, 3]);
  });

  it('wallets that do not exist do not count as wallets in memory', async () => {
    const { store, sent } = await disturbedStore(log, { limits: { idleWalletsMax: 2 } });
    await store.openWallet('kept');
    for (const walletId of ['nobody-a', 'nobody-b', 'nobody-c']) await store.deposit(walletId, '1.00');
    sent.length = 0;
    await store.deposit('kept', '1.00');
    expect(sent.map(isAppend)).toEqual([true]);
  });
});
