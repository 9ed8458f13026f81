import { VISIBLE_WITHIN_MS } from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

const HOUR_MS = 3_600_000;
const inIso = (milliseconds: number) => new Date(milliseconds).toISOString();

/** Reads up to a time or a position that is not reached yet (ADR 11). */
describe.each(engines)('the API on $engine: times and positions', (engine) => {
  let service: RunningService;
  let position: string;

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    await service.post('/v1/wallets', { walletId: 'w' });
    ({ position } = (await service.post('/v1/wallets/w/deposits', { amount: '1.00', currency: 'EUR' })).json);
  });
  afterAll(() => service?.close());

  it('?at= the present is answered when that time is closed, within the bound in the docs', async () => {
    const startedAt = Date.now();
    const { status, json } = await service.get(`/v1/wallets/w?at=${inIso(startedAt)}`);
    expect([status, json.version]).toEqual([200, 2]);
    expect(Date.now() - startedAt).toBeGreaterThan(VISIBLE_WITHIN_MS - 500);
  });

  it('?at= the future is refused, with Retry-After', async () => {
    const startedAt = performance.now();
    const { status, json, headers } = await service.get(`/v1/wallets/w?at=${inIso(Date.now() + HOUR_MS)}`);
    expect([status, json.code]).toEqual([409, 'time_not_reached']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  it('a list that ends with a time has all events that were recorded before it, in its first answer', async () => {
    const end = inIso(Date.now() + 20);
    for (let i = 0; i < 5; i++) await service.post('/v1/wallets/w/deposits', { amount: '0.10', currency: 'EUR' });
    while (inIso(Date.now()) < end) await new Promise((resolve) => setTimeout(resolve, 5));
    const [first, events] = await Promise.all([
      service.get(`/v1/journal?to=${end}`),
      service.get('/v1/wallets/w/events'),
    ]);
    const before = events.json.events.filter(
      ({ recordedAt, type }: { recordedAt: string; type: string }) => recordedAt < end && type !== 'WalletOpened',
    );
    expect(first.json.entries).toHaveLength(before.length);
    expect((await service.get(`/v1/journal?to=${end}`)).json.entries).toEqual(first.json.entries);
  });

  it('a list that ends in the future is a list of the present', async () => {
    const tomorrow = inIso(Date.now() + 24 * HOUR_MS);
    expect((await service.get(`/v1/journal?to=${tomorrow}`)).status).toBe(200);
    expect((await service.get(`/v1/daily-totals?to=${tomorrow.slice(0, 10)}`)).status).toBe(200);
    expect((await service.get('/v1/daily-totals?to=2020-01-31')).json.totals).toEqual([]);
  });

  it('every list waits for a position that the log has not reached, and then answers with an error', async () => {
    const [whole, ...logical] = position.split('.');
    const later = [String(BigInt(whole!) + BigInt(HOUR_MS) * 1_000_000n).padStart(19, '0'), ...logical].join('.');
    const paths = ['wallets', 'wallets/w/statement', 'journal', 'trial-balance', 'daily-totals'];
    const answers = paths.map(async (path) => {
      const startedAt = performance.now();
      const { status, json } = await service.get(`/v1/${path}?minPosition=${later}`);
      return [path, status, json.code, performance.now() - startedAt >= 4_900];
    });
    expect(await Promise.all(answers)).toEqual(paths.map((path) => [path, 409, 'position_not_reached', true]));
  });
});
