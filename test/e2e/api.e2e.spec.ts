import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const inEuro = (posted: string) => [
  { currency: 'EUR', posted, held: '0.00', pendingIn: '0.00', pendingOut: '0.00', available: posted },
];

describe.each(engines)('the API on $engine: commands and wallets', (engine) => {
  let service: RunningService;
  beforeAll(async () => void (service = await RunningService.start(engine, { worker: true })));
  afterAll(() => service?.close());

  const opened = async () => {
    const { json } = await service.post('/v1/wallets', {});
    return json.walletId as string;
  };
  const funded = async (amount: string) => {
    const wallet = await opened();
    await service.post(`/v1/wallets/${wallet}/deposits`, eur(amount));
    return wallet;
  };

  describe('opening', () => {
    it('opens a wallet under the id of the caller, and answers with its Location', async () => {
      const answer = await service.post('/v1/wallets', { walletId: 'alice', metadata: { constructor: 'x', a: 'b' } });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('location')).toBe('/v1/wallets/alice');
      expect(answer.headers.get('etag')).toBe('"1"');
      const alice = { walletId: 'alice', status: 'open', homeRegion: 'local', version: 1, balances: [] };
      expect(answer.json).toMatchObject({ ...alice, wallets: [{ walletId: 'alice', version: 1, balances: [] }] });
      const read = await service.get('/v1/wallets/alice');
      expect(read.json).toEqual({ ...alice, position: answer.json.position, metadata: { constructor: 'x', a: 'b' } });
    });

    it('derives an id from the key, so that a repeat finds the first wallet', async () => {
      const key = randomUUID();
      const [first, again] = [
        await service.post('/v1/wallets', {}, { key }),
        await service.post('/v1/wallets', {}, { key }),
      ];
      expect(first.json.walletId).toMatch(/^w_[0-9a-hjkmnp-tv-z]{26}$/);
      expect([first.status, again.status]).toEqual([201, 200]);
      expect(again.json).toEqual(first.json);
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
    });

    it('refuses a second opening under another key, and a region that does not exist', async () => {
      const walletId = await opened();
      const second = await service.post('/v1/wallets', { walletId });
      expect([second.status, second.json.code]).toEqual([409, 'wallet_already_open']);
      const nowhere = await service.post('/v1/wallets', { homeRegion: 'atlantis' });
      expect([nowhere.status, nowhere.json.code]).toEqual([400, 'unknown_region']);
    });
  });

  describe('movements', () => {
    it('books deposits and withdrawals, and answers with the wallet after them', async () => {
      const wallet = await funded('10.00');
      const body = {
        ...eur('2.50'),
        reference: 'INV-1',
        description: 'Lunch',
        effectiveAt: '2026-01-31T12:00:00+01:00',
      };
      const answer = await service.post(`/v1/wallets/${wallet}/withdrawals`, body);
      expect(answer.status).toBe(201);
      expect(answer.headers.get('etag')).toBe('"3"');
      expect(answer.json).toMatchObject({ walletId: wallet, version: 3, balances: inEuro('7.50') });
      expect(answer.json.movementId).toMatch(/^mv_[0-9a-hjkmnp-tv-z]{26}$/);
      const { json } = await service.get(`/v1/wallets/${wallet}/events`);
      expect(json.events[2].data).toEqual({
        movementId: answer.json.movementId,
        ...body,
        effectiveAt: '2026-01-31T11:00:00.000Z',
      });
    });

    it('reads amounts of currencies with different scales', async () => {
      const wallet = await opened();
      const yen = await service.post(`/v1/wallets/${wallet}/deposits`, { amount: '10', currency: 'JPY' });
      expect(yen.json.balances).toEqual([
        { currency: 'JPY', posted: '10', held: '0', pendingIn: '0', pendingOut: '0', available: '10' },
      ]);
      const half = await service.post(`/v1/wallets/${wallet}/deposits`, { amount: '0.5', currency: 'JPY' });
      expect([half.status, half.json.code]).toEqual([422, 'too_many_fraction_digits']);
    });

    it('lets a wallet go below zero down to its limit', async () => {
      const wallet = await opened();
      const limit = await service.post(`/v1/wallets/${wallet}/limits`, { currency: 'EUR', overdraft: '5.00' });
      expect([limit.status, limit.json.version]).toEqual([201, 2]);
      const within = await service.post(`/v1/wallets/${wallet}/withdrawals`, eur('5.00'));
      const [balance] = inEuro('-5.00');
      expect([within.status, within.json.balances]).toEqual([201, [{ ...balance, overdraftLimit: '5.00' }]]);
      const beyond = await service.post(`/v1/wallets/${wallet}/withdrawals`, eur('0.01'));
      expect([beyond.status, beyond.json.code]).toEqual([422, 'insufficient_funds']);
    });

    it('accepts an asset that was added while the API runs', async () => {
      const wallet = await opened();
      await service.database.query(`INSERT INTO assets (code, scale) VALUES ('POINTS', 0)`);
      await sleep(1_100); // the API reads assets again once a second
      const answer = await service.post(`/v1/wallets/${wallet}/deposits`, { amount: '7', currency: 'POINTS' });
      expect([answer.status, answer.json.balances[0].posted]).toEqual([201, '7']);
    });
  });

  it('rehomes a wallet only to another region of the installation', async () => {
    const wallet = await opened();
    const unknown = await service.post(`/v1/wallets/${wallet}/rehome`, { homeRegion: 'mars' });
    expect([unknown.status, unknown.json.code]).toEqual([400, 'unknown_region']);
    const same = await service.post(`/v1/wallets/${wallet}/rehome`, { homeRegion: 'local' });
    expect([same.status, same.json.code]).toEqual([422, 'same_region']);
  });

  describe('transfers', () => {
    it('moves money between two wallets at once', async () => {
      const [from, to] = [await funded('10.00'), await opened()];
      const { status, json } = await service.post('/v1/transfers', { from, to, ...eur('4.00') });
      expect(status).toBe(201);
      expect(json.transferId).toMatch(/^tr_[0-9a-hjkmnp-tv-z]{26}$/);
      expect(json.wallets).toEqual([
        { walletId: from, status: 'open', homeRegion: 'local', version: 3, balances: inEuro('6.00') },
        { walletId: to, status: 'open', homeRegion: 'local', version: 2, balances: inEuro('4.00') },
      ]);
    });

    it('books all legs or none', async () => {
      const [a, b, c] = [await funded('10.00'), await opened(), await opened()];
      const chain = (last: string) => ({
        legs: [
          { from: a, to: b, ...eur('10.00') },
          { from: b, to: c, ...eur(last) },
        ],
      });
      const tooMuch = await service.post('/v1/transfers', chain('10.01'));
      expect([tooMuch.status, tooMuch.json.code]).toEqual([422, 'insufficient_funds']);
      expect((await service.get(`/v1/wallets/${a}`)).json.version).toBe(2);
      const fine = await service.post('/v1/transfers', chain('9.00'));
      expect(fine.json.wallets.map((wallet: { balances: object }) => wallet.balances)).toEqual(
        ['0.00', '1.00', '9.00'].map(inEuro),
      );
    });
  });

  describe('replays', () => {
    it('repeats the first answer, with 200 and a header', async () => {
      const [wallet, key] = [await opened(), randomUUID()];
      const first = await service.post(`/v1/wallets/${wallet}/deposits`, eur('10.00'), { key });
      await service.post(`/v1/wallets/${wallet}/deposits`, eur('1.00'));
      const again = await service.post(`/v1/wallets/${wallet}/deposits`, { currency: 'EUR', amount: '10' }, { key });
      expect([first.status, again.status]).toEqual([201, 200]);
      expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
      expect(again.json).toEqual(first.json);
    });

    it('repeats a rejection, also if the wallet has enough money now', async () => {
      const [wallet, key] = [await opened(), randomUUID()];
      const first = await service.post(`/v1/wallets/${wallet}/withdrawals`, eur('1.00'), { key });
      await service.post(`/v1/wallets/${wallet}/deposits`, eur('5.00'));
      const again = await service.post(`/v1/wallets/${wallet}/withdrawals`, eur('1.00'), { key });
      expect([first.status, again.status]).toEqual([422, 422]);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect({ ...again.json, requestId: 0 }).toEqual({ ...first.json, requestId: 0 });
      expect(first.json.details).toMatchObject({ requested: eur('1.00'), available: eur('0.00') });
    });

    it('refuses the same key for another request', async () => {
      const [wallet, key] = [await opened(), randomUUID()];
      await service.post(`/v1/wallets/${wallet}/deposits`, eur('10.00'), { key });
      const other = await service.post(`/v1/wallets/${wallet}/deposits`, eur('11.00'), { key });
      expect([other.status, other.json.code]).toEqual([422, 'idempotency_key_reused']);
    });

    it('executes twenty equal requests at the same time as one command', async () => {
      const [wallet, key] = [await opened(), randomUUID()];
      const send = () => service.post(`/v1/wallets/${wallet}/deposits`, eur('1.00'), { key });
      const answers = await Promise.all(Array.from({ length: 20 }, send));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
      expect((await service.get(`/v1/wallets/${wallet}`)).json.balances).toEqual(inEuro('1.00'));
    });
  });

  describe('conditions', () => {
    it('stores the answer to If-Match under its key, and explains that another attempt needs a new key', async () => {
      const [wallet, key] = [await opened(), randomUUID()];
      const at = (version: number, under = key) =>
        service.post(`/v1/wallets/${wallet}/deposits`, eur('1.00'), {
          ...{ key: under, headers: { 'if-match': `"${version}"` } },
        });
      for (const replayed of [null, 'true']) {
        const stale = await at(7);
        expect([stale.status, stale.headers.get('idempotency-replayed')]).toEqual([412, replayed]);
        expect(stale.json.detail).toMatch(/expected 7, actual 1\. .* read the wallet and use a new key$/);
      }
      const corrected = await at(1);
      expect([corrected.status, corrected.json.code]).toEqual([422, 'idempotency_key_reused']);
      expect(corrected.json.detail).toMatch(/If-Match was different; send a new request under a new key$/);
      expect((await at(1, randomUUID())).status).toBe(201);
    });

    it('stores the answer that a destination was not found, and says so', async () => {
      const [wallet, key, late] = [await opened(), randomUUID(), randomUUID()];
      await service.post(`/v1/wallets/${wallet}/deposits`, eur('1.00'));
      const send = (under = key) =>
        service.post('/v1/transfers', { from: wallet, to: late, ...eur('1.00') }, { key: under });
      const first = await send();
      await service.post('/v1/wallets', { walletId: late });
      const again = await send();
      expect([first.status, again.status, again.json.code]).toEqual([404, 404, 'wallet_not_found']);
      expect(first.json.detail).toMatch(/keeps this answer: to try again, use a new key$/);
      expect((await send(randomUUID())).status).toBe(201);
    });

    it('stores no answer for a wallet that is not open: the same request is accepted later', async () => {
      const [late, key] = [randomUUID(), randomUUID()];
      const send = () => service.post(`/v1/wallets/${late}/deposits`, eur('1.00'), { key });
      const first = await send();
      expect([first.status, first.json.code]).toEqual([404, 'wallet_not_found']);
      expect(first.json.detail).toMatch(/Nothing is kept .* the same request may be sent again$/);
      await service.post('/v1/wallets', { walletId: late });
      expect((await send()).status).toBe(201);
    });

    it('accepts a command only at the version that If-Match names', async () => {
      const wallet = await funded('1.00');
      const deposit = (version: number) =>
        service.post(`/v1/wallets/${wallet}/deposits`, eur('1.00'), { headers: { 'if-match': `"${version}"` } });
      const [stale, current] = [await deposit(1), await deposit(2)];
      expect([stale.status, stale.json.code]).toEqual([412, 'version_mismatch']);
      expect(stale.json.details).toEqual({ walletId: wallet, expected: 1, actual: 2 });
      expect([current.status, current.json.version]).toEqual([201, 3]);
    });

    it('takes the version of a first source in the body of a transfer', async () => {
      const [from, to] = [await funded('5.00'), await opened()];
      const send = (expectedVersion: number) =>
        service.post('/v1/transfers', { legs: [{ from, to, ...eur('1.00') }], expectedVersion });
      const [stale, current] = [await send(1), await send(2)];
      expect([stale.status, stale.json.code]).toEqual([412, 'version_mismatch']);
      expect(stale.json.details).toEqual({ walletId: from, expected: 1, actual: 2 });
      expect(current.status).toBe(201);
    });

    it('accepts a command only while the amount of its condition is available', async () => {
      const wallet = await funded('5.00');
      const path = `/v1/wallets/${wallet}/withdrawals`;
      const withdraw = (least: string, options: { key?: string } = {}) =>
        service.post(path, { ...eur('1.00'), availableAtLeast: eur(least) }, options);
      const [less, enough] = [await withdraw('5.01', { key: 'cond' }), await withdraw('5.00')];
      expect([less.status, less.json.code]).toEqual([412, 'available_too_low']);
      expect(less.json.details).toEqual({ walletId: wallet, atLeast: eur('5.01'), available: eur('5.00') });
      expect([enough.status, enough.json.balances[0].available]).toEqual([201, '4.00']);
      const others = [await withdraw('5.00', { key: 'cond' }), await service.post(path, eur('1.00'), { key: 'cond' })];
      expect(others.map(({ json }) => json.code)).toEqual(['idempotency_key_reused', 'idempotency_key_reused']);
      expect((await withdraw('5.01', { key: 'cond' })).headers.get('idempotency-replayed')).toBe('true');
    });

    it('answers 304 while the wallet is unchanged', async () => {
      const wallet = await opened();
      const read = (tag: string) => service.get(`/v1/wallets/${wallet}`, { 'if-none-match': tag });
      const [same, weak, other] = [await read('"1"'), await read('"7", W/"1"'), await read('"2"')];
      expect([same.status, weak.status, other.status]).toEqual([304, 304, 200]);
      expect([same.text, same.headers.get('etag')]).toEqual(['', '"1"']);
    });
  });

  describe('reads', () => {
    it('answers with the wallet as it was, by version and by time', async () => {
      const wallet = await funded('1.00');
      const { json } = await service.get(`/v1/wallets/${wallet}/events`);
      await sleep(5);
      await service.post(`/v1/wallets/${wallet}/deposits`, eur('1.00'));
      const at = (moment: string) => service.get(`/v1/wallets/${wallet}?at=${encodeURIComponent(moment)}`);
      expect((await at('2')).json).toMatchObject({ version: 2, balances: inEuro('1.00') });
      expect((await at(json.events[1].recordedAt)).json).toMatchObject({ version: 2, balances: inEuro('1.00') });
      const future = await at('2150-01-01T00:00:00+02:00');
      expect([future.status, future.json.code]).toEqual([409, 'time_not_reached']);
      const [before, never] = [await at('1999-01-01T00:00:00Z'), await at('4')];
      expect([before.status, before.json.code]).toEqual([404, 'wallet_not_found']);
      expect([never.status, never.json.code]).toEqual([404, 'version_not_found']);
    });

    it('is current without waiting, and eventual on request', async () => {
      const wallet = await funded('1.00');
      expect((await service.get(`/v1/wallets/${wallet}`)).json.balances).toEqual(inEuro('1.00'));
      const eventual = () => service.get(`/v1/wallets/${wallet}?consistency=eventual`);
      await expect.poll(async () => (await eventual()).json.balances, { timeout: 10_000 }).toEqual(inEuro('1.00'));
    });
  });

  it('uses the request id of the caller, or makes one, and stores it with the event', async () => {
    const answer = await service.post(
      '/v1/wallets',
      { walletId: 'traced' },
      { headers: { 'x-request-id': 'trace-1' } },
    );
    expect(answer.headers.get('x-request-id')).toBe('trace-1');
    const { json } = await service.get('/v1/wallets/traced/events');
    expect(json.events[0].metadata).toMatchObject({ caller: 'anonymous', requestId: 'trace-1' });
    const unsafe = await service.get('/health/live', { 'x-request-id': 'a b' });
    expect(unsafe.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is ready, has metrics and documentation, and logs no keys', async () => {
    const key = `secret-${randomUUID()}`;
    await service.post('/v1/wallets', {}, { key, headers: { authorization: 'Bearer tm_never_logged' } });
    expect((await service.get('/health/live')).json).toEqual({ status: 'live' });
    expect((await service.get('/health/ready')).json).toEqual({ status: 'ready' });
    const metrics = await service.get('/metrics');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(metrics.text).toMatch(/tidemark_flush_commands_count [1-9]/);
    expect(metrics.text).toMatch(/tidemark_projection_lag_events\{projection="balances",region="local",shard="0"\} \d/);
    expect((await service.get('/docs')).text).toContain('swagger-ui');
    const { paths } = (await service.get('/openapi.json')).json;
    expect(Object.keys(paths)).toContain('/v1/wallets/{walletId}/deposits');
    const requests = service.log.filter((line) => line.includes('"msg":"request"'));
    expect(JSON.parse(requests.at(-1)!)).toMatchObject({ method: 'GET', route: '/openapi.json', status: 200 });
    expect(service.log.join('\n')).not.toMatch(new RegExp(`${key}|tm_never_logged`));
  });
});
