import { setTimeout as sleep } from 'node:timers/promises';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunningService } from '../../e2e/running-service.js';

// Proves that a capability is one folder (docs/adding-a-capability.md). `tip/` declares a capability that does not exist. The only
// mock is the list: the original list with one more line, as a developer would add it.
const LIST = '../../../libs/wallet/src/capabilities.js';
const withTheToy = async (original: () => Promise<unknown>) => {
  const { CAPABILITIES } = (await original()) as { CAPABILITIES: readonly object[] };
  const { tips, TipGiven, giveTip } = await import('./tip/tip.js');
  return { CAPABILITIES: [...CAPABILITIES, { parts: [tips], events: [TipGiven], commands: [giveTip] }] };
};

/** On CockroachDB an examination reads the log as of 0.25 s ago. */
const SETTLE_MS = 300;

describe.each(engines)('a capability of one folder on $engine', (engine) => {
  let database: FreshDatabase;
  let service: RunningService;
  /** The position of the last command. A list must have reached it. */
  let position: string;

  beforeAll(async () => {
    // Test files share modules. So this file loads its own copies of all modules that import the list, and removes them afterwards.
    vi.resetModules();
    vi.doMock(LIST, withTheToy);
    const { RunningService } = await import('../../e2e/running-service.js');
    database = await freshDatabase(engine);
    service = await RunningService.start(engine, { worker: true, on: database });
    await service.post('/v1/wallets', { walletId: 'guest' });
    await service.post('/v1/wallets/guest/deposits', { amount: '20.00', currency: 'EUR' });
  });
  afterAll(async () => {
    await service?.close();
    vi.doUnmock(LIST);
    vi.resetModules();
  });

  const tip = (amount: string, key: string, more: object = {}) =>
    service.post('/v1/wallets/guest/tips', { for: 'kitchen', amount, currency: 'EUR', ...more }, { key });
  const get = (path: string) => service.get(`${path}${path.includes('?') ? '&' : '?'}minPosition=${position}`);

  it('is served: its command is accepted, and a repeat gets the same answer', async () => {
    const first = await tip('5.00', 'tip', { reference: 'table 7' });
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({ walletId: 'guest', version: 3, balances: [{ posted: '15.00' }] });
    expect(first.json.tipId).toMatch(/^tip_/);
    expect(first.headers.get('etag')).toBe('"3"');
    const again = await tip('5.00', 'tip', { reference: 'table 7' });
    expect([again.status, again.headers.get('idempotency-replayed'), again.json]).toEqual([200, 'true', first.json]);
    expect((await tip('6.00', 'tip')).json.code).toBe('idempotency_key_reused');
    ({ position } = first.json);
  });

  it('rejects with its own codes and shared codes, and refuses bodies that do not fit its fields', async () => {
    const small = await tip('0.50', 'small');
    expect([small.status, small.json.code, small.json.details]).toEqual([
      422,
      'tip_too_small',
      { walletId: 'guest', least: { amount: '1.00', currency: 'EUR' } },
    ]);
    expect((await tip('0.50', 'small')).headers.get('idempotency-replayed')).toBe('true');
    expect((await tip('99.00', 'large')).json.code).toBe('insufficient_funds');
    expect((await tip('1.00', 'whom', { for: 'nobody' })).json.errors).toMatchObject([{ path: 'for' }]);
    expect((await tip('1.0001', 'digits')).json.code).toBe('too_many_fraction_digits');
    const absent = { for: 'service', amount: '1.00', currency: 'EUR' };
    expect((await service.post('/v1/wallets/nobody/tips', absent)).json.code).toBe('wallet_not_found');
  });

  it('keeps its part of the state: another process decides on it', async () => {
    expect((await tip('1.00', 'second')).status).toBe(201);
    const third = await tip('1.00', 'third');
    expect([third.json.code, third.json.details]).toEqual(['too_many_tips', { walletId: 'guest', tipsMax: 2 }]);
    position = (await service.post('/v1/wallets/guest/deposits', { amount: '1.00', currency: 'EUR' })).json.position;
    const { RunningService } = await import('../../e2e/running-service.js');
    const other = await RunningService.start(engine, { on: { ...database, drop: () => Promise.resolve() } });
    const { json } = await other.post('/v1/wallets/guest/tips', { for: 'service', amount: '1.00', currency: 'EUR' });
    await other.close();
    expect(json.code).toBe('too_many_tips');
  });

  it('is described: operation, body, answer, codes and their pages', async () => {
    const { json: document } = await service.get('/openapi.json');
    const operation = document.paths['/v1/wallets/{walletId}/tips'].post;
    expect(operation).toMatchObject({ operationId: 'giveTip', summary: 'Give a tip', tags: ['Movements'] });
    expect(operation.requestBody.content['application/json'].schema).toEqual({ $ref: '#/components/schemas/GiveTip' });
    const { schemas } = document.components;
    expect(Object.keys(schemas.GiveTip.properties)).toEqual(
      expect.arrayContaining(['for', 'amount', 'currency', 'reference']),
    );
    expect(schemas.GiveTip.required).toEqual(['for', 'amount', 'currency']);
    expect(schemas.GiveTipAnswer.required).toContain('tipId');
    expect(schemas.ProblemCode.enum).toEqual(expect.arrayContaining(['tip_too_small', 'too_many_tips']));
    expect(JSON.stringify(operation.responses[422])).toContain('tip_too_small');
    const page = await service.get('/problems/tip_too_small', { accept: 'application/json' });
    expect(page.json).toMatchObject({ code: 'tip_too_small', status: 422, title: 'The tip is too small' });
  });

  it('is in the log, the statement, the journal and the trial balance', async () => {
    const { events } = (await service.get('/v1/wallets/guest/events')).json;
    const given = events.find(({ type }: { type: string }) => type === 'TipGiven');
    expect(given).toMatchObject({
      version: 3,
      data: { for: 'kitchen', amount: '5.00', currency: 'EUR', reference: 'table 7' },
    });
    const { movements } = (await get('/v1/wallets/guest/statement')).json;
    expect(movements.map(({ amount }: { amount: string }) => amount)).toEqual(['20.00', '-5.00', '-1.00', '1.00']);
    expect(movements[1]).toMatchObject({ movementId: given.data.tipId, reference: 'table 7', balanceAfter: '15.00' });
    const { entries: journal } = (await get('/v1/journal')).json;
    expect(journal[2]).toMatchObject({
      type: 'TipGiven',
      lines: [
        { account: 'world', amount: '5.00' },
        { account: 'wallet:guest', amount: '-5.00' },
      ],
    });
    const { currencies } = (await get('/v1/trial-balance')).json;
    expect(currencies[0].accounts).toMatchObject([
      { account: 'wallets', debit: '6.00', credit: '21.00', balance: '15.00' },
      { account: 'world', debit: '21.00', credit: '6.00', balance: '-15.00' },
    ]);
    const { totals } = (await get('/v1/daily-totals')).json;
    expect(totals).toContainEqual(expect.objectContaining({ type: 'TipGiven', amount: '6.00', count: 2 }));
  });

  it('is known to doctor, which finds nothing', async () => {
    if (engine.engine === 'cockroach') await sleep(SETTLE_MS);
    const { examine } = await import('@tidemark/doctor');
    const { signal } = new AbortController();
    const { findings, checked } = await examine(service.database, { signal, progress: () => undefined });
    expect(findings).toEqual([]);
    expect(checked).toMatchObject({ wallets: 1, events: 5 });
  });
});
