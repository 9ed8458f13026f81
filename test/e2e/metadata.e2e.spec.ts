import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

describe.each(engines)('metadata that changes, on $engine', (engine) => {
  let database: FreshDatabase;
  let service: RunningService;
  beforeAll(async () => {
    database = await freshDatabase(engine);
    service = await RunningService.start(engine, { worker: true, on: database });
    await service.post('/v1/wallets', { walletId: 'w', metadata: { tier: 'silver', city: 'Brno' } });
  });
  afterAll(() => service?.close());

  const change = (metadata: Record<string, string | null>) => service.post('/v1/wallets/w/metadata', { metadata });
  const everywhere = async (position: string, at: number) => {
    const fresh = await service.get('/v1/wallets/w');
    const { json: list } = await service.get(`/v1/wallets?minPosition=${position}`);
    const eventual = await service.get('/v1/wallets/w?consistency=eventual');
    const then = await service.get(`/v1/wallets/w?at=${at}`);
    return [fresh.json.metadata, list.wallets[0].metadata, eventual.json.metadata, then.json.metadata];
  };

  it('is the same in every read of the wallet, before and after other events', async () => {
    const first = await change({ tier: 'gold', note: 'x' });
    expect(first.status).toBe(201);
    const after = { tier: 'gold', city: 'Brno', note: 'x' };
    expect(await everywhere(first.json.position, 2)).toEqual([after, after, after, after]);
    const { json } = await service.post('/v1/wallets/w/deposits', { amount: '1.00', currency: 'EUR' });
    expect(await everywhere(json.position, 3)).toEqual([after, after, after, after]);
    const second = await change({ city: null, note: null });
    const least = { tier: 'gold' };
    expect(await everywhere(second.json.position, 4)).toEqual([least, least, least, least]);
    expect((await service.get('/v1/wallets/w?at=1')).json.metadata).toEqual({ tier: 'silver', city: 'Brno' });
    expect((await service.get('/v1/wallets/w?at=3')).json.metadata).toEqual(after);
  });

  it('loses none of several changes at once, in two processes', async () => {
    const other = await RunningService.start(engine, { on: { ...database, drop: () => Promise.resolve() } });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        (i % 2 ? service : other).post('/v1/wallets/w/metadata', { metadata: { [`k${i}`]: 'v' } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(201));
    const { metadata } = (await other.get('/v1/wallets/w')).json;
    expect(Object.keys(metadata).length).toBe(31);
    await other.close();
  });

  it('is refused beyond its bound', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`m${i}`, 'v']));
    const { status, json } = await change(many);
    expect([status, json.code, json.details]).toEqual([
      422,
      'too_much_metadata',
      { walletId: 'w', pairs: 71, pairsMax: 50 },
    ]);
    expect((await change({})).status).toBe(400);
    expect((await change({ a: 1 as never })).status).toBe(400);
  });
});
