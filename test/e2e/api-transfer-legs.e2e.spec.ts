import { setTimeout as sleep } from 'node:timers/promises';
import { examine } from '@tidemark/doctor';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

/** On CockroachDB an examination looks a quarter of a second back. */
const SETTLE_MS = 300;
const eur = (amount: string) => ({ amount, currency: 'EUR' });

describe.each(engines)('legs from and to the outside on $engine', (engine) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    for (const walletId of ['a', 'b', 'c']) await service.post('/v1/wallets', { walletId });
    await service.post('/v1/accounts', { name: 'bank-a', description: 'Bank A' });
  });
  afterAll(() => service?.close());

  const transfer = (legs: readonly object[], more: object = {}, key?: string) =>
    service.post('/v1/transfers', { legs, ...more }, key === undefined ? {} : { key });
  const line = async (walletId: string) => (await service.get(`/v1/wallets/${walletId}/events`)).json.events.at(-1);

  it('are booked with the others, or none is', async () => {
    const legs = [
      { source: 'bank-a', to: 'a', ...eur('10.00'), reference: 'in-1' },
      { from: 'a', to: 'b', ...eur('10.00') },
      { from: 'b', destination: 'world', ...eur('4.00'), reference: 'out-1' },
    ];
    const before = await service.counts();
    const refused = await transfer([...legs, { from: 'b', to: 'c', ...eur('6.01') }]);
    expect([refused.status, refused.json.code, refused.json.details.walletId]).toEqual([
      422,
      'insufficient_funds',
      'b',
    ]);
    expect((await service.counts()).events).toBe(before.events);
    const done = await transfer(legs, { reference: 'all', description: 'order' }, 'mixed');
    expect([
      done.status,
      done.json.wallets.map(({ walletId, balances }: never) => [walletId, balances[0]['posted']]),
    ]).toEqual([
      201,
      [
        ['a', '0.00'],
        ['b', '6.00'],
      ],
    ]);
    const { transferId } = done.json;
    expect(await line('b')).toMatchObject({
      type: 'FundsWithdrawn',
      data: { movementId: transferId, reference: 'out-1', description: 'order' },
    });
    const again = await transfer(legs, { reference: 'all', description: 'order' }, 'mixed');
    expect([again.status, again.json]).toEqual([200, done.json]);
    const others = [
      await transfer(
        [{ ...legs[0], source: 'world' }, ...legs.slice(1)],
        { reference: 'all', description: 'order' },
        'mixed',
      ),
      await transfer(
        [{ ...legs[0], reference: 'in-2' }, ...legs.slice(1)],
        { reference: 'all', description: 'order' },
        'mixed',
      ),
    ];
    expect(others.map(({ json }) => json.code)).toEqual(['idempotency_key_reused', 'idempotency_key_reused']);
    const { json } = await service.get(`/v1/transfers/${transferId}?walletId=a`);
    expect(json.legs).toMatchObject([
      { from: null, to: 'a', reference: 'in-1', description: 'order' },
      { from: 'a', to: 'b', reference: 'all' },
      { from: 'b', to: null, reference: 'out-1' },
    ]);
  });

  it('may be all of a transfer, and are reversed like a deposit', async () => {
    const { json } = await transfer([{ source: 'bank-a', to: 'c', ...eur('5.00') }]);
    const reverse = { walletId: 'c', movementId: json.transferId, ...eur('2.00') };
    expect((await service.post('/v1/reversals', reverse)).status).toBe(201);
    expect((await line('c')).data).toMatchObject({ direction: 'out', destination: 'bank-a' });
    expect((await service.get('/v1/wallets/c')).json.balances).toMatchObject([{ posted: '3.00' }]);
    expect((await service.get(`/v1/transfers/${json.transferId}?walletId=c`)).json.legs).toMatchObject([
      { from: null, to: 'c' },
    ]);
  });

  it('are refused where an end is missing, twice there, unknown, or both are outside', async () => {
    const before = await service.counts();
    const money = eur('1.00');
    for (const [leg, path, code = 'invalid_request'] of [
      [{ to: 'a', ...money }, 'legs.1.from'],
      [{ from: 'a', ...money }, 'legs.1.to'],
      [{ from: 'a', source: 'world', to: 'b', ...money }, 'legs.1.source'],
      [{ from: 'a', to: 'b', destination: 'world', ...money }, 'legs.1.destination'],
      [{ source: 'world', destination: 'world', ...money }, 'legs.1.destination'],
      [{ source: 'nobody', to: 'b', ...money }, 'legs.1.source', 'unknown_account'],
      [{ source: 'BANK', to: 'a', ...money }, 'legs.1.source'],
      [{ source: 'world', to: 'a', ...money, reference: 7 }, 'legs.1.reference'],
      [{ from: 'a', destination: 'bank-a', ...money }, 'legs.1.destination'],
    ] as const) {
      const { status, json } = await transfer([{ source: 'world', to: 'a', ...money }, leg]);
      expect([status, json.code, json.errors[0].path], JSON.stringify(leg)).toEqual([400, code, path]);
    }
    expect((await service.post('/v1/transfers', { source: 'world', to: 'a', ...money })).status).toBe(400);
    // A unique reference is kept with the sending wallet of the first leg.
    const outsideFirst = { legs: [{ source: 'world', to: 'a', ...money }], reference: 'once', uniqueReference: true };
    const { status, json } = await service.post('/v1/transfers', outsideFirst);
    expect([status, json.code, json.errors[0].path]).toEqual([400, 'invalid_request', 'uniqueReference']);
    expect(await service.counts()).toEqual(before);
  });

  it('take a unique reference from the first leg, before that of the transfer', async () => {
    const paid = (key: string, reference: string) =>
      transfer([{ from: 'a', to: 'b', ...eur('0.01'), reference }], { reference: 'all', uniqueReference: true }, key);
    await service.post('/v1/wallets/a/deposits', eur('1.00'));
    expect((await paid('u1', 'first')).status).toBe(201);
    expect((await paid('u2', 'second')).status).toBe(201);
    expect((await paid('u3', 'first')).json).toMatchObject({ code: 'reference_used', details: { reference: 'first' } });
  });

  it('leave a log in which doctor finds nothing', async () => {
    if (engine.engine === 'cockroach') await sleep(SETTLE_MS);
    const { signal } = new AbortController();
    const { findings } = await examine(service.database, { signal, progress: () => undefined });
    expect(findings).toEqual([]);
  });
});
