import { setTimeout as sleep } from 'node:timers/promises';
import { readClosed, TimeNotReached } from '@tidemark/application';
import { closeTime, isReached, readWalletEvents, VISIBLE_WITHIN_MS, type Position } from '@tidemark/event-store';
import { readWalletAt } from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { LogFixture, verdict, watched, type TestStore } from './log-fixture.js';

const HOUR_MS = 3_600_000;
const inIso = (milliseconds: number) => new Date(milliseconds).toISOString();
const now = () => inIso(Date.now());

/** An answer about a closed time stays true (ADR 11). */
describe.each(engines)('closed time on $engine', (engine) => {
  let log: LogFixture;
  let store: TestStore;

  beforeAll(async () => {
    log = await LogFixture.create(engine);
    store = await log.open();
  });
  afterAll(() => log.close());

  const postedAt = async (walletId: string, time: string) =>
    readClosed(log.owner, time, async (reader) => {
      const found = await readWalletAt(reader, walletId, { time });
      return found?.wallet.balances['EUR']?.posted.toString() ?? 'nothing';
    });
  const recordedTimes = async (walletId: string) =>
    (await readWalletEvents(log.owner, { walletId, after: 0, limit: 10 })).map(({ recordedAt }) => recordedAt);

  it('refuses a flush that took too long, and decides its commands again with a new time', async () => {
    const { slow, held, release } = await slowStore(log);
    await slow.openWallet('slow');
    await slow.deposit('slow', '1.00');
    const late = slow.deposit('slow', '100.00', 'held');
    await held;
    await sleep(5);
    const time = now();
    expect(await postedAt('slow', time)).toBe('1.00');
    release();
    expect(verdict(await late)).toBe('accepted');
    expect(slow.retries).toEqual(['recorded_too_early']);
    expect(await postedAt('slow', time)).toBe('1.00');
    expect((await recordedTimes('slow')).at(-1)! > time).toBe(true);
  });

  it('does the same for an opening, and for the strategy that locks', async () => {
    for (const strategy of ['grouped', 'pessimistic'] as const) {
      const { slow, held, release } = await slowStore(log, strategy);
      const walletId = `opened-${strategy}`;
      const late = slow.openWallet(walletId, 'held');
      await held;
      await sleep(5);
      const time = now();
      expect(await postedAt(walletId, time)).toBe('nothing');
      release();
      expect(verdict(await late)).toBe('accepted');
      expect(slow.retries).toHaveLength(1);
      expect(await postedAt(walletId, time)).toBe('nothing');
    }
  });

  it('a process whose clock is behind gets the time from the database', async () => {
    const closedAt = inIso(Date.now() - VISIBLE_WITHIN_MS - 50);
    await postedAt('any', closedAt);
    const lagging = await log.open({ clock: () => Date.now() - HOUR_MS });
    expect(verdict(await lagging.openWallet('lagging'))).toBe('accepted');
    expect(verdict(await lagging.deposit('lagging', '1.00'))).toBe('accepted');
    expect(lagging.retries).toEqual(['recorded_too_early']); // once
    for (const time of await recordedTimes('lagging')) expect(time > closedAt).toBe(true);
  });

  it('answers a read of the present as soon as it is closed, and refuses the future', async () => {
    await store.openWallet('present');
    await store.deposit('present', '2.00');
    await sleep(5);
    const startedAt = Date.now();
    expect(await postedAt('present', inIso(startedAt))).toBe('2.00');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(VISIBLE_WITHIN_MS - 50);
    const future = inIso(Date.now() + HOUR_MS);
    const refused = await postedAt('present', future).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TimeNotReached);
    const { retryAfterSeconds } = refused as TimeNotReached;
    expect(retryAfterSeconds).toBeGreaterThan(3_590);
    expect(retryAfterSeconds).toBeLessThanOrEqual(3_605);
    await store.deposit('present', '1.00'); // no time was closed for this flush
    expect(store.retries).toEqual([]);
  });

  it('closes a time of the past at once', async () => {
    expect(await postedAt('present', '1900-01-01T00:00:00.000Z')).toBe('nothing');
    expect(await postedAt('present', '2020-01-01T00:00:00.000Z')).toBe('nothing');
  });

  it('has reached the position of every commit, and no later position', async () => {
    const { result } = await store.openWallet('reached');
    if (result.kind === 'rejected') throw new Error(result.code);
    const reached = (position: Position) =>
      log.owner.snapshot(({ query }) => isReached({ ...log.owner, query }, position));
    await sleep(5); // the clock of CockroachDB counts microseconds, its positions nanoseconds
    expect(await reached(result.position)).toBe(true);
    const [whole, ...logical] = result.position.split('.');
    const later = [String(BigInt(whole!) + 3_600_000_000_000n).padStart(19, '0'), ...logical].join('.');
    expect(await reached(later)).toBe(false);
  });

  it.runIf(engine.engine === 'postgres')('refuses a flush that waited in the server behind another', async () => {
    const slow = await log.open({ limits: { flushTimeoutMs: 20_000 } });
    await slow.openWallet('behind');
    await slow.deposit('behind', '1.00');
    const [locked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    onTestFinished(() => released.resolve());
    const other = log.owner.transaction(async ({ query }) => {
      await query('SELECT * FROM log_head FOR UPDATE');
      locked.resolve();
      await released.promise;
    });
    await locked.promise;
    const late = slow.deposit('behind', '100.00');
    await sleep(200);
    const time = now();
    expect(await postedAt('behind', time)).toBe('1.00'); // the read does not wait for the log's head
    released.resolve();
    await other;
    expect(verdict(await late)).toBe('accepted');
    expect(slow.retries).toEqual(['recorded_too_early']);
    expect(await postedAt('behind', time)).toBe('1.00');
  });

  it.runIf(engine.engine === 'postgres')('waits for a flush that is being committed, and includes it', async () => {
    const { rows } = await log.owner.query<{ position: string }>('SELECT position::text AS position FROM log_head');
    const next = Number(rows[0]!.position) + 1;
    const [written, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    onTestFinished(() => released.resolve());
    await sleep(100); // other tests have closed times that were 5 s old
    const time = inIso(Date.now() - VISIBLE_WITHIN_MS - 50);
    const committing = log.owner.transaction(async ({ query }) => {
      await query('UPDATE log_head SET position = position + 1');
      await query('UPDATE closed_time SET position = $1, recorded_at = now()', [next]);
      written.resolve();
      await released.promise;
    });
    await written.promise;
    let closed: Position | undefined;
    const closing = closeTime(log.owner, time).then((position) => (closed = position));
    await sleep(200);
    expect(closed).toBeUndefined();
    released.resolve();
    await committing;
    expect(Number(await closing)).toBe(next);
  });
});

/** A store that sends the statement with the key `held` only when it is released. */
async function slowStore(log: LogFixture, strategy: 'grouped' | 'pessimistic' = 'grouped') {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  onTestFinished(() => released.resolve());
  const before = async (_text: string, values: unknown[]) => {
    if (!JSON.stringify(values).includes('"held"') || !JSON.stringify(values).includes('accepted')) return;
    reached.resolve();
    await released.promise;
  };
  const api = await log.connectApi();
  const database = {
    ...watched(api, before),
    transaction: ((work, options) =>
      api.transaction(({ query }) => work(watched({ ...api, query }, before)), options)) as typeof api.transaction,
  };
  return { slow: await log.open({ database, strategy }), held: reached.promise, release: released.resolve };
}
