import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '@tidemark/database';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService, settled, type Answer } from './running-service.js';

/** More than the API's connections. Each list would use one while it waits for the table. */
const READERS = 40;
/** Maximum time of a command that does not wait, on a machine under load. */
const COMMAND_MS_MAX = 4_000;
const WAITING_MAX = 500;

/** On CockroachDB a reader does not wait for the lock of a table, so uncommitted writes of rows block the lists. */
describe.each(engines)('lists beside commands, on $engine', (engine) => {
  let service: RunningService;
  let other: Database;

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    other = await connect({ url: service.database.url, applicationName: 'test-lock' });
    await service.post('/v1/wallets', { walletId: 'w' });
    while ((await service.get('/v1/wallets')).json.wallets.length === 0) await sleep(50);
  });
  afterAll(async () => {
    await other?.close();
    await service?.close();
  });

  /** Runs a function while the rows of lists cannot be read. */
  const whileListsWait = async (work: () => Promise<void>) => {
    const hold =
      engine.engine === 'postgres'
        ? 'LOCK TABLE wallet_balances IN ACCESS EXCLUSIVE MODE'
        : `UPDATE wallet_balances SET updated_at = updated_at WHERE wallet_id = 'w'`;
    await other.transaction(async ({ query }) => {
      await query(hold);
      await work();
    });
  };

  it(
    'commands get a connection, with any number of lists that wait for the database',
    { timeout: 60_000 },
    async () => {
      let lists: Promise<Answer>[] = [];
      await whileListsWait(async () => {
        lists = Array.from({ length: READERS }, () => service.get('/v1/wallets'));
        await sleep(200);
        const began = performance.now();
        const { status } = await service.post('/v1/wallets/w/deposits', { amount: '1.00', currency: 'EUR' });
        expect(status).toBe(201);
        expect(performance.now() - began).toBeLessThan(COMMAND_MS_MAX);
      });
      expect((await Promise.all(lists)).map(({ status }) => status)).toEqual(Array(READERS).fill(200));
    },
  );

  it('refuses lists beyond the queue with Retry-After', { timeout: 60_000 }, async () => {
    let lists: Promise<Answer>[] = [];
    await whileListsWait(async () => {
      lists = Array.from({ length: WAITING_MAX + 20 }, () => service.get('/v1/wallets'));
      const first = await Promise.race(lists);
      expect([first.status, first.json.code, first.headers.get('retry-after')]).toEqual([503, 'lists_busy', '1']);
      // While no list is read, all lists beyond the size of the queue are refused.
      await settled(lists, 10);
    });
    const refused = (await Promise.all(lists)).filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect((await service.get('/v1/wallets')).status).toBe(200);
  });
});

describe.each(engines)('lists that wait for the log, on $engine', (engine) => {
  it('do not block other lists', { timeout: 60_000 }, async () => {
    const service = await RunningService.start(engine); // without a worker no position is ever reached
    try {
      const { json } = await service.post('/v1/wallets', { walletId: 'w' });
      const waiting = Array.from({ length: 10 }, () => service.get(`/v1/wallets?minPosition=${json.position}`));
      await sleep(500);
      const began = performance.now();
      expect((await service.get('/v1/wallets')).status).toBe(200);
      expect(performance.now() - began).toBeLessThan(COMMAND_MS_MAX);
      expect((await Promise.all(waiting)).map(({ json: { code } }) => code)).toEqual(
        Array(10).fill('projection_behind'),
      );
    } finally {
      await service.close();
    }
  });
});
