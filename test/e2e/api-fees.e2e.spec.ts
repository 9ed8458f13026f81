import { setTimeout as sleep } from 'node:timers/promises';
import { examine } from '@tidemark/doctor';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

/** On CockroachDB an examination looks a quarter of a second back. */
const SETTLE_MS = 300;
/** A version that another process made counts after a second. */
const COUNTS_AFTER_MS = 1_100;

const flat = { name: 'flat', feeWallet: 'house', mode: 'on_top', currency: 'EUR', fixed: '0.25' };
const eur = (amount: string, more: object = {}) => ({ amount, currency: 'EUR', ...more });

describe.each(engines)('the API on $engine: fees', (engine) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    for (const walletId of ['house', 'ann', 'ben']) await service.post('/v1/wallets', { walletId });
    expect((await service.post('/v1/fees', flat)).status).toBe(201);
  });
  afterAll(() => service?.close());

  const posted = async (walletId: string) => (await service.get(`/v1/wallets/${walletId}`)).json.balances[0]?.posted;

  it('charges with the movement, tells the fee, and has it on both statements and in the journal', async () => {
    const { json } = await service.post('/v1/wallets/ann/deposits', eur('10.00', { fee: 'flat', reference: 'r-1' }));
    const feeId = json.movementId.replace('mv_', 'fe_');
    expect(json).toMatchObject({
      balances: [{ posted: '10.00' }],
      wallets: [{ walletId: 'ann' }, { walletId: 'house', balances: [{ posted: '0.25' }] }],
      fees: [{ feeId, schedule: 'flat', version: 1, amount: '0.25', currency: 'EUR' }],
    });
    const statement = await service.get(`/v1/wallets/house/statement?minPosition=${json.position}`);
    expect(statement.json.movements).toMatchObject([
      { movementId: feeId, amount: '0.25', counterparty: 'ann', reference: 'r-1' },
    ]);
    const movement = await service.get(`/v1/movements/${feeId}?walletId=ann`);
    expect(movement.json.lines).toMatchObject([
      { walletId: 'ann', amount: '-0.25' },
      { walletId: 'house', amount: '0.25' },
    ]);
  });

  it('charges nothing where the movement is refused, and moves nothing where the fee is', async () => {
    await service.post('/v1/wallets/ben/deposits', eur('5.00'));
    const before = [await service.counts(), await posted('house')];
    const refused = await service.post('/v1/transfers?dryRun=true', {
      from: 'ben',
      to: 'ann',
      ...eur('4.76'),
      fee: 'flat',
    });
    expect([refused.status, refused.json.code, refused.json.details]).toEqual([
      ...[422, 'insufficient_funds'],
      { walletId: 'ben', requested: eur('0.25'), available: eur('0.24'), overdraftLimit: eur('0.00') },
    ]);
    expect([await service.counts(), await posted('house')]).toEqual(before);
    const exact = await service.post('/v1/transfers', { from: 'ben', to: 'ann', ...eur('4.75'), fee: 'flat' });
    expect(exact.json.wallets.map(({ walletId }: { walletId: string }) => walletId)).toEqual(['ben', 'ann', 'house']);
    expect(await posted('ben')).toBe('0.00');
  });

  it('makes a version of each definition, and one of a repeat', async () => {
    const name = 'versions';
    const define = (fixed: string, key: string) => service.post('/v1/fees', { ...flat, name, fixed }, { key });
    const first = await define('1', 'v-1');
    expect([first.status, first.json]).toMatchObject([201, { version: 1, fixed: '1.00', rounding: 'half_even' }]);
    const again = await define('1.00', 'v-1');
    expect([again.status, again.headers.get('idempotency-replayed'), again.json]).toEqual([200, 'true', first.json]);
    expect((await define('1.01', 'v-1')).json.code).toBe('idempotency_key_reused');
    const many = await Promise.all(Array.from({ length: 8 }, (_, i) => define(`2.0${i}`, `v-many-${i}`)));
    expect(many.map(({ json }) => json.version).sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    const { json } = await service.get(`/v1/fees/${name}`);
    expect(json.versions.map(({ version }: { version: number }) => version)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const list = await service.get('/v1/fees');
    expect(list.json.fees).toMatchObject([
      { name: 'flat', version: 1 },
      { name, version: 9 },
    ]);
    expect((await service.get('/v1/fees/none')).json.code).toBe('fee_not_defined');
  });

  it('answers a repeat with the fee of the first time, and a new request with the newest version', async () => {
    const name = 'raised';
    await service.post('/v1/fees', { ...flat, name });
    const send = (key: string) => service.post('/v1/wallets/ann/deposits', eur('1.00', { fee: name }), { key });
    const first = await send('raised-1');
    await service.post('/v1/fees', { ...flat, name, fixed: '0.75' });
    const again = await send('raised-1');
    expect([again.status, again.headers.get('idempotency-replayed'), again.json]).toEqual([200, 'true', first.json]);
    expect((await send('raised-2')).json.fees).toMatchObject([{ version: 2, amount: '0.75' }]);
    const other = await service.post('/v1/wallets/ann/deposits', eur('1.00'), { key: 'raised-1' });
    expect(other.json.code).toBe('idempotency_key_reused');
  });

  it('counts a version that another process made after a second', async () => {
    const name = 'elsewhere';
    const deposit = () => service.post('/v1/wallets/ann/deposits', eur('1.00', { fee: name }));
    expect((await deposit()).json.code).toBe('fee_not_found');
    const stored = JSON.stringify({ feeWallet: 'house', mode: 'on_top', currency: 'EUR', fixed: '0.10' });
    await service.database.query(
      `INSERT INTO definitions (kind, name, version, definition, caller, idempotency_key) VALUES ('fee', $1, 1, $2, 'c', 'k')`,
      [name, stored],
    );
    await sleep(COUNTS_AFTER_MS);
    expect((await deposit()).json.fees).toMatchObject([{ amount: '0.10' }]);
  });

  it.each<[object, number, string, string?]>([
    [{ ...flat, mode: 'besides' }, 400, 'invalid_request', 'mode'],
    [{ ...flat, name: 'Flat' }, 400, 'invalid_request', 'name'],
    [{ ...flat, more: true }, 400, 'invalid_request', 'more'],
    [{ ...flat, feeWallet: '' }, 400, 'invalid_request', 'feeWallet'],
    [{ ...flat, fixed: undefined }, 400, 'invalid_request', ''],
    [{ ...flat, fixed: 1 }, 400, 'invalid_request', 'fixed'],
    [{ ...flat, fixed: '-0.01' }, 400, 'invalid_request', 'fixed'],
    [{ ...flat, fixed: '0.001' }, 422, 'too_many_fraction_digits', 'fixed'],
    [{ ...flat, fixed: 'free' }, 400, 'malformed_amount', 'fixed'],
    [{ ...flat, currency: 'EUX' }, 400, 'unknown_currency', 'currency'],
    ...['100.1', '-1', '1,5', '1e1', '', '01', 5].map(
      (percent) => [{ ...flat, percent }, 400, 'invalid_request', 'percent'] as [object, number, string, string],
    ),
    [{ ...flat, minimum: '2.00', maximum: '1.99' }, 400, 'invalid_request', 'maximum'],
    [{ ...flat, tiers: [{ from: '0.00' }] }, 400, 'invalid_request', 'tiers'],
    [{ ...flat, fixed: undefined, tiers: [] }, 400, 'invalid_request', 'tiers'],
    [{ ...flat, fixed: undefined, tiers: [{ from: '1' }, { from: '1' }] }, 400, 'invalid_request', 'tiers.1.from'],
    [{ ...flat, fixed: undefined, tiers: [{ from: '0', percent: '101' }] }, 400, 'invalid_request', 'tiers.0.percent'],
    [{ ...flat, fixed: undefined, tiers: [{ from: '0.001' }] }, 422, 'too_many_fraction_digits', 'tiers.0.from'],
  ])('refuses the definition %j with %i %s', async (body, status, code, path) => {
    const before = (await service.get('/v1/fees')).json;
    const answer = await service.post('/v1/fees', body);
    expect([answer.status, answer.json.code, answer.json.errors[0].path], answer.text).toEqual([status, code, path]);
    expect((await service.get('/v1/fees')).json).toEqual(before);
  });

  it('refuses a definition with a condition, a query or no key', async () => {
    const codes = await Promise.all([
      service.post('/v1/fees?dryRun=true', flat),
      service.post('/v1/fees', flat, { headers: { 'if-match': '"1"' } }),
      service.post('/v1/fees', flat, { headers: { 'idempotency-key': '' } }),
    ]);
    expect(codes.map(({ json }) => json.code)).toEqual([
      ...['invalid_request', 'if_match_unsupported', 'idempotency_key_missing'],
    ]);
  });

  it.each([
    ['/v1/wallets/ann/deposits', eur('1.00', { fee: 'none' }), 404, 'fee_not_found'],
    ['/v1/wallets/ann/deposits', eur('1.00', { fee: 'flat', pending: true }), 422, 'fee_needs_booking'],
    ['/v1/wallets/ann/deposits', { amount: '1', currency: 'JPY', fee: 'flat' }, 422, 'fee_in_other_currency'],
    ['/v1/wallets/ann/deposits', eur('1.00', { fee: 'No' }), 400, 'invalid_request'],
    ['/v1/wallets/ann/deposits', eur('1.00', { fee: 7 }), 400, 'invalid_request'],
    ['/v1/transfers', { legs: [{ from: 'ann', to: 'ben', ...eur('1.00') }], fee: 'flat' }, 400, 'invalid_request'],
  ])('%s refuses %j with %i %s', async (path, body, status, code) => {
    const answer = await service.post(path, body);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('leaves a log in which doctor finds nothing', async () => {
    if (engine.engine === 'cockroach') await sleep(SETTLE_MS);
    const { signal } = new AbortController();
    const { findings } = await examine(service.database, { signal, progress: () => undefined });
    expect(findings).toEqual([]);
  });
});
