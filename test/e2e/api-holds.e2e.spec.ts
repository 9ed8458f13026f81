import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

const EXPIRES_IN_MS = 800;

describe.each(engines)('the API on $engine: holds and pending movements', (engine) => {
  let service: RunningService;

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
  });
  afterAll(() => service?.close());

  const funded = async (walletId: string) => {
    await service.post('/v1/wallets', { walletId });
    await service.post(`/v1/wallets/${walletId}/deposits`, { amount: '100.00', currency: 'EUR' });
  };

  it('refuses a currency without an amount: it would capture the rest of the hold', async () => {
    await funded('halves');
    const held = await service.post('/v1/wallets/halves/holds', { amount: '60.00', currency: 'EUR' });
    const hold = `/v1/wallets/halves/holds/${held.json.holdId}/capture`;
    const pending = { amount: '5.00', currency: 'EUR', pending: true };
    const announced = await service.post('/v1/wallets/halves/deposits', pending);
    const settle = `/v1/wallets/halves/deposits/${announced.json.movementId}/settle`;
    for (const path of [hold, settle]) {
      for (const [body, missing] of [
        [{ currency: 'EUR' }, 'amount'],
        [{ amount: '1.00' }, 'currency'],
      ] as const) {
        const { status, json } = await service.post(path, body);
        expect([status, json.code, json.errors[0].path]).toEqual([400, 'invalid_request', missing]);
      }
    }
    const { json } = await service.get('/v1/wallets/halves');
    expect(json.balances).toMatchObject([{ posted: '100.00', held: '60.00', pendingIn: '5.00' }]);
    expect((await service.post(hold, {})).json.balances).toMatchObject([{ posted: '40.00', held: '0.00' }]);
  });

  it('shows an expired hold to a caller with the current version: 304 would hide it', async () => {
    await funded('lapsing');
    const expiresAt = new Date(Date.now() + EXPIRES_IN_MS).toISOString();
    await service.post('/v1/wallets/lapsing/holds', { amount: '60.00', currency: 'EUR', expiresAt });
    const { headers, json } = await service.get('/v1/wallets/lapsing');
    expect(json.balances).toMatchObject([{ held: '60.00', available: '40.00' }]);
    const again = () => service.get('/v1/wallets/lapsing', { 'if-none-match': headers.get('etag')! });
    expect((await again()).status).toBe(304);
    await sleep(EXPIRES_IN_MS);
    const later = await again();
    expect(later.status).toBe(200);
    expect(later.json.balances).toMatchObject([{ held: '0.00', available: '100.00' }]);
  });

  it('shows a pending deposit in a currency that the wallet never had', async () => {
    await service.post('/v1/wallets', { walletId: 'awaiting' });
    const pending = { amount: '5.00', currency: 'EUR', pending: true };
    const { json } = await service.post('/v1/wallets/awaiting/deposits', pending);
    const balances = [{ currency: 'EUR', posted: '0.00', pendingIn: '5.00', available: '0.00' }];
    expect(json.balances).toMatchObject(balances);
    expect((await service.get('/v1/wallets/awaiting')).json.balances).toMatchObject(balances);
    const list = await service.get(`/v1/wallets?prefix=awaiting&minPosition=${json.position}`);
    expect(list.json.wallets[0].balances).toMatchObject(balances);
  });
});
