import { engines } from '@tidemark/testing';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

describe.each(engines)('the API on $engine: lists', (engine) => {
  let service: RunningService;
  /** The position of the last command. A list must have reached it. */
  let position: string;

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    for (const walletId of ['a-1', 'a-2', 'a_3', 'b-1', 'b-2']) await service.post('/v1/wallets', { walletId });
    for (let i = 1; i <= 5; i++) {
      await service.post('/v1/wallets/a-1/deposits', { amount: `${i}.00`, currency: 'EUR', description: `no ${i}` });
    }
    const transfer = {
      from: 'a-1',
      to: 'b-1',
      amount: '4.00',
      currency: 'EUR',
      reference: '=1+1',
      description: '-5 "x"',
    };
    ({ position } = (await service.post('/v1/transfers', transfer)).json);
  });
  afterAll(() => service?.close());

  const list = async (query: string) => (await service.get(`/v1/wallets?minPosition=${position}&${query}`)).json;
  const ids = ({ wallets }: { wallets: { walletId: string }[] }) => wallets.map(({ walletId }) => walletId);

  it('lists wallets by id, page by page', async () => {
    const all = await list('');
    expect(ids(all)).toEqual(['a-1', 'a-2', 'a_3', 'b-1', 'b-2'].sort());
    expect(all.nextCursor).toBeUndefined();
    expect(all.wallets[0]).toMatchObject({
      walletId: 'a-1',
      version: 7,
      balances: [{ currency: 'EUR', posted: '11.00' }],
    });
    const pages: string[][] = [];
    for (let cursor = ''; ;) {
      const page = await list(`limit=2${cursor && `&cursor=${cursor}`}`);
      pages.push(ids(page));
      if (page.nextCursor === undefined) break;
      cursor = page.nextCursor;
    }
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(ids(all));
  });

  it('finds wallets by a prefix of their id, without wildcards', async () => {
    expect(ids(await list('prefix=a-'))).toEqual(['a-1', 'a-2']);
    expect(ids(await list('prefix=a_'))).toEqual(['a_3']);
  });

  it('leaves archived wallets out, and reads them by id', async () => {
    await service.post('/v1/wallets', { walletId: 'a-gone' });
    await service.post('/v1/wallets/a-gone/close', {});
    const closed = (await service.get('/v1/wallets/a-gone')).json;
    const before = (await service.get(`/v1/wallets?prefix=a-g&minPosition=${closed.position}`)).json;
    expect(ids(before)).toEqual(['a-gone']);
    const { json } = await service.post('/v1/wallets/a-gone/archive', {});
    const after = (await service.get(`/v1/wallets?prefix=a-&minPosition=${json.position}`)).json;
    expect(ids(after)).toEqual(['a-1', 'a-2']);
    expect((await service.get('/v1/wallets/a-gone')).json.status).toBe('archived');
  });

  it('reports how far it has followed the log', async () => {
    const { asOf } = await list('');
    expect(asOf.position >= position).toBe(true);
    expect(asOf.behind).toEqual({ commits: 0, more: false, seconds: 0 });
  });

  it('lists the movements, with the balance after each line', async () => {
    const { json } = await service.get(`/v1/wallets/a-1/statement?minPosition=${position}`);
    expect(json.movements.map((line: { amount: string }) => line.amount)).toEqual([
      '1.00',
      '2.00',
      '3.00',
      '4.00',
      '5.00',
      '-4.00',
    ]);
    expect(json.movements.at(-1)).toMatchObject({
      type: 'TransferSent',
      balanceAfter: '11.00',
      counterparty: 'b-1',
      reference: '=1+1',
      effectiveAt: null,
    });
    const first = await service.get('/v1/wallets/a-1/statement?limit=4');
    const second = await service.get(`/v1/wallets/a-1/statement?limit=4&cursor=${first.json.nextCursor}`);
    expect([...first.json.movements, ...second.json.movements]).toEqual(json.movements);
    expect(second.json.nextCursor).toBeUndefined();
  });

  it('gives a statement as CSV without formulas that a spreadsheet executes', async () => {
    const { headers, text } = await service.get('/v1/wallets/a-1/statement', { accept: 'text/csv' });
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(6);
    expect(rows.at(-1)).toMatchObject({
      amount: '-4.00',
      reference: "'=1+1",
      description: `'-5 "x"`,
      counterparty: 'b-1',
    });
    const paged = await service.get('/v1/wallets/a-1/statement?limit=5', { accept: 'text/csv' });
    const [, next] = /^<(.+)>; rel="next"$/.exec(paged.headers.get('link') ?? '') ?? [];
    const rest = await service.get(`/v1/wallets/a-1/statement${next}`, { accept: 'text/csv, application/json;q=0.5' });
    expect(parse(rest.text, { columns: true })).toHaveLength(1);
  });

  it.each(['wallets', 'wallets/a-1/statement', 'journal', 'trial-balance', 'daily-totals'])(
    'answers with eventual %s, with their time, and does not wait',
    async (name) => {
      const path = `/v1/${name}`;
      await service.get(`${path}?minPosition=${position}`);
      const present = (await service.get(path)).json;
      const { readAsOf, ...eventual } = (await service.get(`${path}?consistency=eventual`)).json;
      expect(present.asOf).toBeDefined();
      expect(eventual).toEqual(present);
      expect(Math.abs(Date.now() - Date.parse(readAsOf))).toBeLessThan(5_000);
      const both = await service.get(`${path}?consistency=eventual&minPosition=${position}`);
      expect(both).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ path: 'consistency' }] } });
    },
  );

  it('a statement as CSV has the time of its rows and the next page in its headers', async () => {
    const query = 'limit=5&consistency=eventual';
    const { headers } = await service.get(`/v1/wallets/a-1/statement?${query}`, { accept: 'text/csv' });
    expect(headers.get('tidemark-read-as-of')).toMatch(/^\d{4}-.*Z$/);
    expect(headers.get('link')).toMatch(/&consistency=eventual>; rel="next"$/);
  });

  it('lists events from the log', async () => {
    const first = await service.get('/v1/wallets/a-1/events?limit=3');
    expect(first.json.events.map((event: { version: number }) => event.version)).toEqual([1, 2, 3]);
    const rest = await service.get(`/v1/wallets/a-1/events?cursor=${first.json.nextCursor}`);
    expect(rest.json.events.map((event: { version: number }) => event.version)).toEqual([4, 5, 6, 7]);
    expect(rest.json.nextCursor).toBeUndefined();
  });

  it('has a statement and events for a wallet without movements, and 404 for an unknown wallet', async () => {
    const empty = await service.get(`/v1/wallets/b-2/statement?minPosition=${position}`);
    expect([empty.status, empty.json.movements]).toEqual([200, []]);
    for (const path of ['statement', 'events']) {
      const { status, json } = await service.get(`/v1/wallets/nobody/${path}`);
      expect([status, json.code]).toEqual([404, 'wallet_not_found']);
    }
  });

  it('refuses a cursor of another list, and one of an earlier build', async () => {
    const { nextCursor } = await list('limit=1');
    const elsewhere = await service.get(`/v1/wallets/a-1/statement?cursor=${nextCursor}`);
    const narrowed = await service.get(`/v1/wallets?prefix=a-&cursor=${nextCursor}`);
    const [name, , after] = JSON.parse(Buffer.from(nextCursor, 'base64url').toString());
    const earlier = Buffer.from(JSON.stringify([name, '0', after])).toString('base64url');
    const outdated = await service.get(`/v1/wallets?cursor=${earlier}`);
    for (const { status, json } of [elsewhere, narrowed, outdated]) {
      expect([status, json.code]).toEqual([400, 'invalid_cursor']);
    }
  });
});

describe.each(engines)('the API on $engine: lists without a worker', (engine) => {
  it('answers with the rows that exist and their lag, and waits for a bounded time', async () => {
    const service = await RunningService.start(engine);
    const { position } = (await service.post('/v1/wallets', { walletId: 'w' })).json;
    await service.post('/v1/wallets/w/deposits', { amount: '1.00', currency: 'EUR' });
    const { json } = await service.get('/v1/wallets');
    expect(json.wallets).toEqual([]);
    expect(json.asOf.behind).toMatchObject({ commits: 2, more: false });
    expect(json.asOf.behind.seconds).toBeGreaterThan(0);
    const statement = await service.get('/v1/wallets/w/statement');
    expect([statement.status, statement.json.movements]).toEqual([200, []]);
    const waited = await service.get(`/v1/wallets?minPosition=${position}`);
    expect([waited.status, waited.json.code]).toEqual([503, 'projection_behind']);
    expect(waited.headers.get('retry-after')).toBe('1');
    await service.close();
  });
});
