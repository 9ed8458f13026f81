import { setTimeout as sleep } from 'node:timers/promises';
import { CommandPipeline } from '@tidemark/application';
import { MovementFinder, openEventStore, type EventStore } from '@tidemark/event-store';
import { ExpiryTimer, type SendCommand } from '@tidemark/following';
import { balances } from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from '../../e2e/running-service.js';
import { eur } from '../log/log-fixture.js';
import { ProjectionsFixture } from './projections-fixture.js';

const REGIONS = ['local', 'east'] as const;
const SHARDS = Array.from({ length: 64 }, (_, shard) => shard);
const WALLETS = Array.from({ length: 120 }, (_, i) => `x-${i}`); // more than the timer reads at once
const EXPIRES_IN_MS = 8_000;
const MARGIN_MS = 1_500;

/** Workers run the timers. Each has its own command pipeline, as separate processes have. */
describe.each(engines)('wallets at rest on $engine', (engine) => {
  let on: ProjectionsFixture;
  let stores: EventStore[];
  let doors: CommandPipeline[];
  let sent = 0;
  const running = new AbortController().signal;

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine, REGIONS);
    const databases = [await on.log.connectApi(), await on.log.connectApi(), await on.log.connectApi()];
    stores = databases.map((database) => openEventStore({ database }));
    doors = databases.map(
      (each, i) => new CommandPipeline(stores[i]!, new MovementFinder(each, REGIONS), [...REGIONS]),
    );
    const expiresAt = new Date(Date.now() + EXPIRES_IN_MS).toISOString();
    const [amount, details] = [eur('1.00'), {}];
    const open = async (walletId: string) => {
      await on.store.openWallet(walletId);
      await on.store.deposit(walletId, '5.00');
      await on.store.execute({ type: 'PlaceHold', walletId, holdId: 'h', amount, expiresAt, details });
    };
    await Promise.all([...WALLETS, 'mover'].map(open));
    const announced = { walletId: 'x-0', amount, details, expiresAt, pending: true } as const;
    await on.store.execute({ type: 'Deposit', movementId: 'in', ...announced });
    await on.store.execute({ type: 'Withdraw', movementId: 'out', ...announced });
    await on.store.execute({ type: 'PlaceHold', walletId: 'x-1', holdId: 'for-ever', amount, details });
    await on.store.rehome('mover', 'east');
    await on.catchUp(REGIONS);
    expect(await timer().expire(SHARDS, running)).toBe(0);
    await sleep(Math.max(0, Date.parse(expiresAt) + MARGIN_MS - Date.now()));
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await on?.close();
  });

  let made = 0;
  const timer = (region: string = REGIONS[0], clock: () => number = Date.now) => {
    const door = doors[made++ % doors.length]!;
    const send: SendCommand = (command, identity) => {
      sent++;
      return door.write(command, identity);
    };
    return new ExpiryTimer(on.database, region, send, clock);
  };
  const written = () => on.log.count('wallet_events', `type IN ('HoldExpired', 'MovementExpired')`);
  const ITEMS = WALLETS.length + 3;

  it('expire once, in held shards, with any number of workers', async () => {
    const anHourBehind = timer('local', () => Date.now() - 3_600_000);
    expect([await anHourBehind.expire(SHARDS, running), sent]).toEqual([0, 0]);
    const half = SHARDS.slice(0, 32);
    await timer().expire(half, running);
    expect(await on.log.count('wallet_events', `type = 'HoldExpired' AND shard >= 32`)).toBe(0);
    const counts = await Promise.all([timer(), timer(), timer()].map((each) => each.expire(SHARDS, running)));
    expect(counts.reduce((sum, each) => sum + each)).toBeGreaterThan(0);
    expect(await written()).toBe(ITEMS);
    expect(await on.log.count('wallet_events', `type = 'HoldExpired' AND wallet_id = 'mover'`)).toBe(1);
  });

  it('are tried again when the wallet answers that it is too early', async () => {
    const keys = new Set<string>();
    let asked = 0;
    const early = new ExpiryTimer(on.database, 'local', async (_, { idempotencyKey }) => {
      keys.add(idempotencyKey);
      asked++;
      return { outcome: { result: { kind: 'rejected', code: 'hold_not_due', details: {} }, replayed: false } };
    });
    for (let i = 0; i < 2; i++) expect(await early.expire(SHARDS, running)).toBe(0);
    expect(asked).toBe(2 * ITEMS);
    expect(keys.size).toBeLessThan(asked);
  });

  it('are expired although the command fails for one wallet', async () => {
    const asked = new Set<string>();
    let first: string | undefined;
    const failing = new ExpiryTimer(on.database, 'local', async (command) => {
      const { walletId } = command as { walletId: string };
      asked.add(walletId);
      if (walletId === (first ??= walletId)) throw new Error(`${walletId} cannot be read`);
      return { outcome: { result: { kind: 'rejected', code: 'hold_not_due', details: {} }, replayed: false } };
    });
    await expect(failing.expire(SHARDS, running)).rejects.toThrow('cannot be read');
    expect(asked.size).toBe(WALLETS.length + 1); // and the old row of the moved wallet
  });

  it('get no further command from a worker that has seen the answer', async () => {
    const one = timer();
    await one.expire(SHARDS, running);
    const before = sent;
    await one.expire(SHARDS, running);
    expect(sent).toBe(before);
  });

  it('have nothing due in their rows afterwards, and the rows equal the fold of the log', async () => {
    await on.catchUp(REGIONS);
    expect(await on.log.count('wallet_balances', `next_due IS NOT NULL AND wallet_id <> 'mover'`)).toBe(0);
    expect(await on.wrongIn(balances, { regions: REGIONS })).toEqual([]);
  });

  it('do not expire again after a rebuild and a swap', async () => {
    const rebuilt = await on.carryOut(await on.ask('rebuild'));
    expect(rebuilt.state).toBe('done');
    await on.carryOut(await on.ask('swap'));
    for (const region of REGIONS) await timer(region).expire(SHARDS, running);
    expect(await written()).toBe(ITEMS);
  });
});

describe.each(engines)('the worker on $engine', (engine) => {
  let service: RunningService;

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
  });
  afterAll(() => service?.close());

  it('writes the expiry of a hold of a wallet at rest', async () => {
    await service.post('/v1/wallets', { walletId: 'ann' });
    await service.post('/v1/wallets/ann/deposits', { amount: '5.00', currency: 'EUR' });
    const expiresAt = new Date(Date.now() + 2_000).toISOString();
    const held = await service.post('/v1/wallets/ann/holds', { amount: '1.00', currency: 'EUR', expiresAt });
    expect(held.status).toBe(201);
    const lastEvent = async () => (await service.get('/v1/wallets/ann/events')).json.events.at(-1);
    for (const until = Date.now() + 15_000; Date.now() < until; await sleep(100)) {
      if ((await lastEvent()).type === 'HoldExpired') break;
    }
    expect(await lastEvent()).toMatchObject({ type: 'HoldExpired', version: 4 });
  });
});
