import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addKey, bearer } from './api-keys.js';
import { RunningService } from './running-service.js';

const EXPIRES_IN_MS = 700;
const eur = (amount: string) => ({ amount, currency: 'EUR' });

describe.each(engines)('the API on $engine: reading movements, holds and outcomes by id', (engine) => {
  let service: RunningService;

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    for (const walletId of ['ann', 'ben', 'cat']) {
      await service.post('/v1/wallets', { walletId });
      await service.post(`/v1/wallets/${walletId}/deposits`, eur('100.00'));
    }
  });
  afterAll(() => service?.close());

  const seen = (position: string) => service.get(`/v1/wallets/ann/statement?minPosition=${position}&limit=1`);

  it('a deposit, and its reversed part', async () => {
    const said = { reference: 'INV-1', description: 'Top-up', effectiveAt: '2026-01-31T12:00:00+01:00' };
    const { json } = await service.post('/v1/wallets/ann/deposits', { ...eur('30.00'), ...said });
    const path = `/v1/movements/${json.movementId}`;
    const booked = await service.get(`${path}?walletId=ann`);
    expect(booked.json).toEqual({
      movementId: json.movementId,
      position: json.position,
      recordedAt: expect.any(String),
      lines: [
        {
          ...{
            walletId: 'ann',
            version: 3,
            type: 'FundsDeposited',
            ...eur('30.00'),
            counterparty: null,
            account: null,
          },
          ...{ ...said, effectiveAt: '2026-01-31T11:00:00.000Z' },
          ...{ region: 'local', position: json.position, recordedAt: booked.json.recordedAt },
        },
      ],
      parts: [{ walletId: 'ann', counterparty: null, ...eur('30.00'), reversed: '0.00', left: '30.00' }],
    });
    const reversal = { walletId: 'ann', movementId: json.movementId, ...eur('12.50') };
    const reversed = (await service.post('/v1/reversals', reversal)).json;
    const after = await service.get(`${path}?walletId=ann`);
    expect(after.json.parts).toMatchObject([{ reversed: '12.50', left: '17.50' }]);
    const back = await service.get(`/v1/movements/${reversed.reversalId}?walletId=ann`);
    expect(back.json).toMatchObject({
      reverses: json.movementId,
      lines: [{ type: 'MovementReversed', amount: '-12.50' }],
      parts: [],
    });
  });

  it('a transfer of several legs, with each wallet, by one of its wallets or without a wallet', async () => {
    const legs = [
      { from: 'ann', to: 'ben', ...eur('5.00') },
      { from: 'ben', to: 'cat', ...eur('2.00') },
      { from: 'ann', to: 'ben', ...eur('1.00') },
    ];
    const { json } = await service.post('/v1/transfers', { legs, reference: 'R' });
    const { transferId, position } = json;
    const lines = [
      ['ann', '-5.00'],
      ['ann', '-1.00'],
      ['ben', '5.00'],
      ['ben', '-2.00'],
      ['ben', '1.00'],
      ['cat', '2.00'],
    ];
    for (const walletId of ['ann', 'ben', 'cat']) {
      const found = (await service.get(`/v1/movements/${transferId}?walletId=${walletId}`)).json;
      expect(found.lines.map((line: Record<string, string>) => [line.walletId, line.amount])).toEqual(lines);
    }
    await seen(position);
    const found = (await service.get(`/v1/movements/${transferId}`)).json;
    expect(found.lines).toHaveLength(6);
    await service.post('/v1/reversals', { walletId: 'cat', movementId: transferId, ...eur('0.50') });
    const transfer = (await service.get(`/v1/transfers/${transferId}`)).json;
    expect(transfer).toMatchObject({
      transferId,
      position,
      legs: [
        { from: 'ann', to: 'ben', ...eur('5.00'), reference: 'R' },
        { from: 'ann', to: 'ben', ...eur('1.00') },
        { from: 'ben', to: 'cat', ...eur('2.00') },
      ],
    });
    expect(transfer.parts.map((part: Record<string, string>) => [part.walletId, part.amount, part.reversed])).toEqual([
      ['ann', '-6.00', '0.00'],
      ['ben', '6.00', '0.00'],
      ['ben', '-2.00', '0.50'],
      ['cat', '2.00', '0.50'],
    ]);
  });

  it('movements by reference, of every wallet, page by page', async () => {
    const bodies = ['ref/ä 1', 'ref/ä 1', 'REF/ä 1'].map((reference) => ({ ...eur('1.00'), reference }));
    let position = '';
    for (const walletId of ['cat', 'ann']) {
      for (const body of bodies) ({ position } = (await service.post(`/v1/wallets/${walletId}/deposits`, body)).json);
    }
    const found: Record<string, unknown>[] = [];
    for (let cursor: Record<string, string> = {}; ;) {
      const query = new URLSearchParams({ reference: 'ref/ä 1', limit: '3', minPosition: position, ...cursor });
      const { json } = await service.get(`/v1/movements?${query}`);
      found.push(...json.movements);
      if (json.nextCursor === undefined) break;
      cursor = { cursor: json.nextCursor };
    }
    expect(found.map(({ walletId, reference }) => [walletId, reference])).toEqual(
      ['ann', 'ann', 'cat', 'cat'].map((walletId) => [walletId, 'ref/ä 1']),
    );
    expect(found[0]).toMatchObject({ type: 'FundsDeposited', ...eur('1.00') });
    const eventual = (await service.get(`/v1/movements?reference=nothing&consistency=eventual`)).json;
    expect([eventual.movements, typeof eventual.readAsOf]).toEqual([[], 'string']);
  });

  it('a hold: open, captured in parts, voided, expired', async () => {
    const place = async (body: object) => (await service.post('/v1/wallets/ben/holds', body)).json.holdId as string;
    const read = async (holdId: string) => (await service.get(`/v1/wallets/ben/holds/${holdId}`)).json;
    const expiresAt = new Date(Date.now() + EXPIRES_IN_MS).toISOString();
    const expired = await place({ ...eur('1.00'), expiresAt });
    const first = await place({ ...eur('10.00'), expiresAt: '2199-01-01T00:00:00Z', reference: 'room 7' });
    const second = await place(eur('4.00'));
    expect(await read(first)).toMatchObject({
      ...{ status: 'open', amount: '10.00', left: '10.00', captured: '0.00', currency: 'EUR' },
      expiresAt: '2199-01-01T00:00:00.000Z',
      events: [{ type: 'FundsHeld', data: { reference: 'room 7' } }],
    });
    const capture = await service.post(`/v1/wallets/ben/holds/${first}/capture`, { ...eur('3.00'), to: 'cat' });
    expect(await read(first)).toMatchObject({ status: 'open', amount: '10.00', left: '7.00', captured: '3.00' });
    const captured = (await service.get(`/v1/movements/${capture.json.captureId}?walletId=cat`)).json;
    expect(captured).toMatchObject({ holdId: first, lines: [{ type: 'HoldCaptured' }, { type: 'TransferReceived' }] });
    expect((await service.get(`/v1/transfers/${capture.json.captureId}?walletId=cat`)).json.code).toBe(
      'transfer_not_found',
    );
    const pages = [];
    for (let cursor = ''; ;) {
      const { json } = await service.get(`/v1/wallets/ben/holds?limit=1${cursor && `&cursor=${cursor}`}`);
      pages.push(...json.holds.map(({ holdId, left }: Record<string, string>) => [holdId, left]));
      if (json.nextCursor === undefined) break;
      cursor = json.nextCursor;
    }
    const open = [
      [expired, '1.00'],
      [first, '7.00'],
      [second, '4.00'],
    ];
    // The hold with the short expiry may have expired already.
    expect(pages.filter(([id]) => id !== expired)).toEqual(open.filter(([id]) => id !== expired).sort());
    await service.post(`/v1/wallets/ben/holds/${first}/capture`, { ...eur('2.00'), final: true });
    expect(await read(first)).toMatchObject({ status: 'captured', amount: '10.00', left: '0.00', captured: '5.00' });
    await service.post(`/v1/wallets/ben/holds/${second}/void`, { reason: 'gone' });
    const voided = await read(second);
    expect(voided).toMatchObject({ status: 'voided', left: '0.00', captured: '0.00', expiresAt: null });
    expect(voided.events.at(-1)).toMatchObject({ type: 'HoldVoided', data: { reason: 'gone' } });
    await sleep(Math.max(0, Date.parse(expiresAt) - Date.now()));
    expect(await read(expired)).toMatchObject({ status: 'expired', left: '0.00' });
    expect((await service.get('/v1/wallets/ben/holds')).json.holds).toEqual([]);
  });

  it('pending movements: open, settled for another amount, failed, expired', async () => {
    const announce = async (kind: string, body: object) =>
      (await service.post(`/v1/wallets/cat/${kind}`, { pending: true, ...body })).json.movementId as string;
    const read = async (id: string) => (await service.get(`/v1/wallets/cat/pending/${id}`)).json;
    const expiresAt = new Date(Date.now() + EXPIRES_IN_MS).toISOString();
    const expired = await announce('withdrawals', { ...eur('1.00'), expiresAt });
    const settled = await announce('deposits', { ...eur('20.00'), reference: 'card' });
    const failed = await announce('withdrawals', eur('3.00'));
    const list = (await service.get('/v1/wallets/cat/pending')).json.pending as Record<string, string>[];
    expect(list.filter(({ movementId }) => movementId !== expired).map(({ movementId }) => movementId)).toEqual(
      [settled, failed].sort(),
    );
    expect(await read(settled)).toMatchObject({
      ...{ status: 'open', direction: 'in', ...eur('20.00'), reference: 'card', expiresAt: null },
    });
    expect((await service.get(`/v1/movements/${settled}?walletId=cat`)).json.code).toBe('movement_not_found');
    await service.post(`/v1/wallets/cat/deposits/${settled}/settle`, eur('19.00'));
    await service.post(`/v1/wallets/cat/withdrawals/${failed}/fail`, { reason: 'closed' });
    const one = await read(settled);
    expect(one).toMatchObject({ status: 'settled', amount: '20.00', settled: '19.00' });
    expect(one.events.map(({ type }: { type: string }) => type)).toEqual(['DepositAnnounced', 'MovementSettled']);
    expect((await service.get(`/v1/movements/${settled}?walletId=cat`)).json.lines).toMatchObject([eur('19.00')]);
    expect(await read(failed)).toMatchObject({ status: 'failed', direction: 'out', amount: '3.00' });
    await sleep(Math.max(0, Date.parse(expiresAt) - Date.now()));
    expect((await read(expired)).status).toBe('expired');
  });

  it('the outcome of a key, accepted or rejected', async () => {
    const key = 'order/4711-50%';
    const path = `/v1/wallets/ann/outcome?idempotencyKey=${encodeURIComponent(key)}`;
    expect(await service.get(path)).toMatchObject({ status: 404, json: { code: 'outcome_not_found' } });
    const { json } = await service.post('/v1/wallets/ann/withdrawals', eur('1.00'), { key });
    const accepted = (await service.get(path)).json;
    expect(accepted).toEqual({
      ...{ walletId: 'ann', idempotencyKey: key, outcome: 'accepted', position: json.position, wallets: json.wallets },
      events: [
        {
          ...{ version: json.version, type: 'FundsWithdrawn', recordedAt: expect.any(String) },
          data: { movementId: json.movementId, ...eur('1.00') },
        },
      ],
    });
    await service.post('/v1/wallets/ann/withdrawals', eur('9999.00'), { key: 'too-much' });
    expect((await service.get('/v1/wallets/ann/outcome?idempotencyKey=too-much')).json).toMatchObject({
      outcome: 'rejected',
      code: 'insufficient_funds',
      details: { requested: eur('9999.00') },
    });
  });

  it.each([
    ['/v1/movements/mv_0', 404, 'movement_not_found'],
    ['/v1/movements/mv_0?walletId=ann', 404, 'movement_not_found'],
    ['/v1/movements/mv_0?walletId=nobody', 404, 'movement_not_found'],
    ['/v1/movements/mv_0?walletId=a%20b', 400, 'invalid_request'],
    ['/v1/movements/mv_0?reference=x&x=1', 400, 'invalid_request'],
    ['/v1/movements', 400, 'invalid_request'],
    ['/v1/movements?reference=', 400, 'invalid_request'],
    ['/v1/movements?reference=a&limit=201', 400, 'invalid_request'],
    ['/v1/movements?reference=a&cursor=x', 400, 'invalid_cursor'],
    ['/v1/movements?reference=a&minPosition=x', 400, 'invalid_request'],
    ['/v1/movements/MV', 400, 'invalid_request'],
    ['/v1/transfers/tr_0', 404, 'transfer_not_found'],
    ['/v1/wallets/ann/holds/hd_0', 404, 'hold_not_found'],
    ['/v1/wallets/nobody/holds/hd_0', 404, 'wallet_not_found'],
    ['/v1/wallets/nobody/holds', 404, 'wallet_not_found'],
    ['/v1/wallets/ann/holds/x', 400, 'invalid_request'],
    ['/v1/wallets/ann/holds?limit=0', 400, 'invalid_request'],
    ['/v1/wallets/ann/holds?cursor=x', 400, 'invalid_cursor'],
    ['/v1/wallets/ann/pending/mv_0', 404, 'pending_movement_not_found'],
    ['/v1/wallets/nobody/pending/mv_0', 404, 'wallet_not_found'],
    ['/v1/wallets/nobody/pending', 404, 'wallet_not_found'],
    ['/v1/wallets/ann/pending?cursor=x', 400, 'invalid_cursor'],
    ['/v1/wallets/ann/outcome', 400, 'invalid_request'],
    ['/v1/wallets/ann/outcome?idempotencyKey=', 400, 'invalid_request'],
    ['/v1/wallets/ann/outcome?idempotencyKey=a%20b', 400, 'invalid_request'],
    ['/v1/wallets/ann/outcome?idempotencyKey=never', 404, 'outcome_not_found'],
    ['/v1/wallets/nobody/outcome?idempotencyKey=k', 404, 'wallet_not_found'],
  ])('%s answers %i %s', async (path, status, code) => {
    const answer = await service.get(path);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });
});

describe.each(engines)('the API on $engine: who may read by id', (engine) => {
  it('needs the scope read; an outcome is read by the caller whose key it is, and by no other', async () => {
    const secrets: string[] = [];
    const service = await RunningService.start(engine, {
      prepare: async (database) => {
        for (const [name, scope] of [
          ['till', 'write'],
          ['other till', 'write'],
          ['desk', 'read'],
        ] as const) {
          secrets.push(await addKey(database, name, scope));
        }
      },
    });
    const [till, other, desk] = secrets as [string, string, string];
    await service.post('/v1/wallets', { walletId: 'w' }, { headers: bearer(till) });
    const booked = await service.post('/v1/wallets/w/deposits', eur('1.00'), { key: 'k', headers: bearer(till) });
    const codes = async (path: string) => {
      const answers = [];
      for (const secret of [till, other, desk]) {
        const { status, json } = await service.get(path, bearer(secret));
        answers.push(json.code ?? status);
      }
      return answers;
    };
    const denied = 'insufficient_scope';
    const movement = `/v1/movements/${booked.json.movementId}?walletId=w`;
    for (const path of [movement, '/v1/wallets/w/holds', '/v1/wallets/w/pending']) {
      expect(await codes(path), path).toEqual([denied, denied, 200]);
    }
    expect(await codes('/v1/transfers/tr_0?walletId=w')).toEqual([denied, denied, 'transfer_not_found']);
    expect(await codes('/v1/wallets/w/outcome?idempotencyKey=k')).toEqual([
      200,
      'outcome_not_found',
      'outcome_not_found',
    ]);
    expect((await service.get(movement)).json.code).toBe('unauthenticated');
    await service.close();
  });

  it('finds a movement without a worker if the request names its wallet; otherwise it answers that the movement is not visible yet', async () => {
    const service = await RunningService.start(engine);
    for (const walletId of ['a', 'b']) await service.post('/v1/wallets', { walletId });
    await service.post('/v1/wallets/a/deposits', eur('2.00'));
    const { json } = await service.post('/v1/transfers', { from: 'a', to: 'b', ...eur('1.00') });
    const named = await service.get(`/v1/transfers/${json.transferId}?walletId=b`);
    expect(named.json.legs).toMatchObject([{ from: 'a', to: 'b', ...eur('1.00') }]);
    const unnamed = await service.get(`/v1/transfers/${json.transferId}`);
    expect([unnamed.status, unnamed.json.code]).toEqual([404, 'transfer_not_found']);
    expect(unnamed.json.detail).toMatch(/walletId/);
    await service.close();
  });
});
