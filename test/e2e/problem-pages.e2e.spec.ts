import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

describe.each(engines.slice(0, 1))('the pages of problems', (engine) => {
  let service: RunningService;
  beforeAll(async () => void (service = await RunningService.start(engine)));
  afterAll(() => service?.close());

  it('exist under the type of every problem: as JSON, and as a page for a browser', async () => {
    const { ProblemCode } = (await service.get('/openapi.json')).json.components.schemas;
    const listed = (await service.get('/problems')).json.problems;
    expect(listed.map(({ code }: { code: string }) => code)).toEqual(ProblemCode.enum);
    for (const problem of listed) {
      const { status, json } = await service.get(problem.type);
      expect([status, json]).toEqual([200, problem]);
      const page = await service.get(problem.type, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(page.text).toContain(`<code>${problem.code}</code>`);
    }
  });

  it('are at the URL in a problem', async () => {
    const { json: problem } = await service.get('/v1/wallets/nobody');
    expect((await service.get(problem.type)).json).toMatchObject({ code: 'wallet_not_found', title: problem.title });
    const unknown = await service.get('/problems/nothing');
    expect([unknown.status, unknown.json.code]).toEqual([404, 'problem_not_found']);
  });

  it('show the part of the request, the field and the reason', async () => {
    const { json } = await service.post('/v1/wallets', { walletId: 'ann' });
    const { json: query } = await service.get(`/v1/wallets?limit=9999&minPosition=${json.position}`);
    expect(query.errors).toEqual([{ place: 'query', path: 'limit', message: 'must be a whole number from 1 to 200' }]);
    const { json: path } = await service.get('/v1/wallets/a%20b');
    expect(path.errors[0]).toMatchObject({ place: 'path', path: 'walletId' });
    const { json: header } = await service.post(
      '/v1/wallets/ann/deposits',
      { amount: '1', currency: 'EUR' },
      { key: '' },
    );
    expect(header).toMatchObject({
      code: 'idempotency_key_missing',
      detail: 'the header "Idempotency-Key": is missing: send a new one with each command',
      errors: [{ place: 'header', path: 'Idempotency-Key' }],
    });
    const leg = { from: 'ann', to: 'ben', amount: '1.00', currency: 'EUR' };
    const { json: body } = await service.post('/v1/transfers', { legs: [leg, { ...leg, amount: '1e3' }] });
    expect(body).toMatchObject({
      code: 'malformed_amount',
      errors: [{ place: 'body', path: 'legs.1.amount' }],
    });
    const { json: currency } = await service.post('/v1/transfers', { ...leg, currency: 'QQQ' });
    expect(currency).toMatchObject({ code: 'unknown_currency', errors: [{ place: 'body', path: 'currency' }] });
    const { json: cursor } = await service.get('/v1/wallets?cursor=x');
    expect(cursor).toMatchObject({ code: 'invalid_cursor', errors: [{ place: 'query', path: 'cursor' }] });
  });
});
