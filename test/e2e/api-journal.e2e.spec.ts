import { engines } from '@tidemark/testing';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

interface Line {
  account: string;
  amount: string;
  currency: string;
}
interface Entry {
  walletId: string;
  version: number;
  type: string;
  movementId: string;
  recordedAt: string;
  effectiveAt: string | null;
  lines: Line[];
}

describe.each(engines)('the API on $engine: journal, trial balance, daily totals', (engine) => {
  let service: RunningService;
  /** The position of the last command. A list must have reached it. */
  let position: string;

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    for (const walletId of ['alice', 'bob']) await service.post('/v1/wallets', { walletId });
    const deposit = (walletId: string, amount: string, currency: string, more: object = {}) =>
      service.post(`/v1/wallets/${walletId}/deposits`, { amount, currency, ...more });
    await deposit('alice', '10.00', 'EUR', { effectiveAt: '1993-01-05T00:00:00Z' });
    await deposit('alice', '500', 'JPY');
    await deposit('bob', '1.00', 'EUR');
    await service.post('/v1/wallets/alice/withdrawals', { amount: '2.50', currency: 'EUR' });
    const transfer = { from: 'alice', to: 'bob', amount: '4.00', currency: 'EUR' };
    ({ position } = (await service.post('/v1/transfers', transfer)).json);
  });
  afterAll(() => service?.close());

  const get = (path: string, query: Record<string, string> = {}) =>
    service.get(`${path}?${new URLSearchParams({ minPosition: position, ...query })}`);
  const journal = async (query: Record<string, string> = {}): Promise<Entry[]> =>
    (await get('/v1/journal', query)).json.entries;
  const shown = ({ walletId, version, lines }: Entry) =>
    `${walletId} ${version}: ${lines.map(({ account, amount, currency }) => `${account} ${amount} ${currency}`).join(', ')}`;

  /** Every page of a list, one after the other. */
  async function pagesOf<T>(path: string, field: string, query: Record<string, string>): Promise<T[][]> {
    const pages: T[][] = [];
    for (let cursor: Record<string, string> = {}; ;) {
      const { json } = await get(path, { ...query, ...cursor });
      pages.push(json[field]);
      if (json.nextCursor === undefined) return pages;
      cursor = { cursor: json.nextCursor };
    }
  }

  it('lists entries newest first, each with both sides', async () => {
    const entries = await journal();
    const [transfer, rest] = [entries.slice(0, 2), entries.slice(2)];
    expect(transfer.map(shown).sort()).toEqual([
      'alice 5: transfers 4.00 EUR, wallet:alice -4.00 EUR',
      'bob 3: transfers -4.00 EUR, wallet:bob 4.00 EUR',
    ]);
    expect(rest.map(shown)).toEqual([
      'alice 4: world 2.50 EUR, wallet:alice -2.50 EUR',
      'bob 2: world -1.00 EUR, wallet:bob 1.00 EUR',
      'alice 3: world -500 JPY, wallet:alice 500 JPY',
      'alice 2: world -10.00 EUR, wallet:alice 10.00 EUR',
    ]);
    expect(rest.at(-1)).toMatchObject({
      type: 'FundsDeposited',
      effectiveAt: '1993-01-05T00:00:00.000Z',
      region: 'local',
    });
    expect(transfer[0]!.movementId).toBe(transfer[1]!.movementId);
  });

  it('lists page by page, each entry complete and once', async () => {
    const all = (await journal()).map(shown);
    for (const limit of ['1', '2', '5']) {
      const pages = await pagesOf<Entry>('/v1/journal', 'entries', { limit });
      expect(pages.every((page) => page.length <= Number(limit))).toBe(true);
      expect(pages.flat().map(shown), limit).toEqual(all);
    }
    const ofAlice = await pagesOf<Entry>('/v1/journal', 'entries', { limit: '1', walletId: 'alice' });
    expect(ofAlice.flat().map(({ version }) => version)).toEqual([5, 4, 3, 2]);
  });

  it.each<[Record<string, string>, string[]]>([
    [{ walletId: 'bob' }, ['bob 3', 'bob 2']],
    [{ account: 'wallet:bob' }, ['bob 3', 'bob 2']],
    [{ account: 'wallet:bob', walletId: 'bob' }, ['bob 3', 'bob 2']],
    [{ account: 'world' }, ['alice 4', 'bob 2', 'alice 3', 'alice 2']],
    [{ account: 'world', walletId: 'bob' }, ['bob 2']],
    [{ account: 'transfers', walletId: 'bob' }, ['bob 3']],
    [{ walletId: 'nobody' }, []],
    [{ to: '2000-01-01T00:00:00Z' }, []],
    [{ currency: 'JPY' }, ['alice 3']],
    [{ currency: 'EUR', walletId: 'bob' }, ['bob 3', 'bob 2']],
    [{ currency: 'EUR', account: 'world' }, ['alice 4', 'bob 2', 'alice 2']],
    [{ currency: 'USD' }, []],
    [{ from: '2000-01-01T00:00:00Z', to: '2200-01-01T00:00:00Z', walletId: 'bob' }, ['bob 3', 'bob 2']],
  ])('%j lists %j', async (query, expected) =>
    expect((await journal(query)).map(({ walletId, version }) => `${walletId} ${version}`)).toEqual(expected),
  );

  it('of one currency, page by page', async () => {
    const all = (await journal({ currency: 'EUR' })).map(shown);
    expect(all.length).toBeGreaterThanOrEqual(5);
    const pages = await pagesOf<Entry>('/v1/journal', 'entries', { limit: '2', currency: 'EUR' });
    expect(pages.every(({ length }) => length <= 2)).toBe(true);
    expect(pages.flat().map(shown)).toEqual(all);
  });

  it('of a currency that moves rarely, in pages that look at a bounded number of entries', async () => {
    expect(await journal({ currency: 'JPY' })).toHaveLength(1);
    // As if 6,000 entries of another currency had been recorded later.
    await service.database.query(
      `INSERT INTO journal_entries (generation, region, wallet_id, version, line, position, account, amount, currency, type,
         movement_id, recorded_at)
       SELECT j.generation, j.region, 'zz', g.g, j.line, j.position, j.account, j.amount, 'USD', j.type, 'mv_x', now()
       FROM journal_entries j, generate_series(1, 6000) AS g(g) WHERE j.wallet_id = 'bob' AND j.version = 2`,
    );
    const pages = await pagesOf<Entry>('/v1/journal', 'entries', { currency: 'JPY' });
    expect(pages.map((page) => page.map(({ walletId, version }) => `${walletId} ${version}`))).toEqual([
      [],
      ['alice 3'],
    ]);
    await service.database.query(`DELETE FROM journal_entries WHERE wallet_id = 'zz'`);
  });

  it('as CSV, a row for each line, page by page', async () => {
    const rows: string[] = [];
    const asked = new URLSearchParams({ minPosition: position, limit: '2', currency: 'EUR' });
    for (let next: string | undefined = `?${asked}`; next !== undefined;) {
      const { headers, text } = await service.get(`/v1/journal${next}`, { accept: 'text/csv' });
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
      const page = parse(text, { columns: true }) as Record<string, string>[];
      rows.push(...page.map((row) => [row.walletId, row.version, row.account, row.amount, row.currency].join(' ')));
      [, next] = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '') ?? [];
    }
    const lines = (await journal({ currency: 'EUR' })).flatMap(({ walletId, version, lines }) =>
      lines.map(({ account, amount, currency }) => [walletId, version, account, amount, currency].join(' ')),
    );
    expect(rows).toEqual(lines);
    const { text } = await service.get('/v1/journal?format=csv&to=2000-01-01T00:00:00Z');
    expect(text).toBe('recordedAt,effectiveAt,walletId,version,region,type,movementId,account,amount,currency\r\n');
  });

  it('from is inclusive, to is exclusive', async () => {
    const entries = await journal();
    const { recordedAt } = entries[3]!;
    const [from, to] = [await journal({ from: recordedAt }), await journal({ to: recordedAt })];
    expect(from).toEqual(entries.filter((entry) => entry.recordedAt >= recordedAt));
    expect(to).toEqual(entries.filter((entry) => entry.recordedAt < recordedAt));
  });

  it('the trial balance has each currency, and its sums balance', async () => {
    const { json } = await get('/v1/trial-balance');
    expect(json.currencies).toEqual([
      {
        currency: 'EUR',
        accounts: [
          { account: 'transfers', debit: '4.00', credit: '4.00', balance: '0.00' },
          { account: 'wallets', debit: '6.50', credit: '15.00', balance: '8.50' },
          { account: 'world', debit: '11.00', credit: '2.50', balance: '-8.50' },
        ],
        inBalance: true,
      },
      {
        currency: 'JPY',
        accounts: [
          { account: 'wallets', debit: '0', credit: '500', balance: '500' },
          { account: 'world', debit: '500', credit: '0', balance: '-500' },
        ],
        inBalance: true,
      },
    ]);
    expect(json.asOf.position >= position).toBe(true);
  });

  it('daily totals are summed by day, region, currency and type', async () => {
    const { json } = await get('/v1/daily-totals', { currency: 'EUR' });
    const day = (await journal())[0]!.recordedAt.slice(0, 10);
    const shared = { region: 'local', currency: 'EUR' };
    const byType = Map.groupBy(json.totals as { type: string; amount: string; count: number }[], ({ type }) => type);
    // Midnight may pass during the test.
    expect([...byType.keys()].sort()).toEqual(['FundsDeposited', 'FundsWithdrawn', 'TransferReceived', 'TransferSent']);
    expect(byType.get('TransferSent')).toEqual([{ day, ...shared, type: 'TransferSent', amount: '4.00', count: 1 }]);
    const counts = [...byType.values()].map((of) => of.reduce((sum, { count }) => sum + count, 0));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
    const pages = await pagesOf<object>('/v1/daily-totals', 'totals', { limit: '1', currency: 'EUR', region: 'local' });
    expect(pages.flat()).toEqual(json.totals);
    expect((await get('/v1/daily-totals', { from: '2000-01-01', to: '2000-01-31' })).json.totals).toEqual([]);
  });

  it('the trial balance shows a row that was changed by hand: it no longer balances', async () => {
    const change = (by: string) =>
      service.database.query(
        `UPDATE account_totals SET credit = credit + $1::decimal WHERE account = 'world' AND currency = 'EUR' AND credit > 0`,
        [by],
      );
    await change('0.001');
    const { json } = await get('/v1/trial-balance');
    expect(json.currencies.map(({ inBalance }: { inBalance: boolean }) => inBalance)).toEqual([false, true]);
    await change('-0.001');
  });

  const forged = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');

  it.each<[string, Record<string, string>, string]>([
    ['/v1/journal', { limit: '0' }, 'invalid_request'],
    ['/v1/journal', { limit: '201' }, 'invalid_request'],
    ['/v1/journal', { walletId: 'a b' }, 'invalid_request'],
    ['/v1/journal', { account: 'wallets' }, 'invalid_request'],
    ['/v1/journal', { account: 'wallet:' }, 'invalid_request'],
    ['/v1/journal', { account: 'wallet:bob', walletId: 'alice' }, 'invalid_request'],
    ['/v1/journal', { from: '2026-01-31' }, 'invalid_request'],
    ['/v1/journal', { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'invalid_request'],
    ['/v1/journal', { order: 'oldest' }, 'invalid_request'],
    ['/v1/journal', { currency: 'eur' }, 'invalid_request'],
    ['/v1/journal', { format: 'pdf' }, 'invalid_request'],
    ['/v1/journal', { minPosition: 'x' }, 'invalid_request'],
    ['/v1/journal', { cursor: 'x' }, 'invalid_cursor'],
    ['/v1/journal', { cursor: forged(['journal    ', '1', '2026-02-30T00:00:00.000Z 1 w']) }, 'invalid_cursor'],
    ['/v1/journal', { cursor: forged(['journal    ', '2', '2026-01-30T00:00:00.000Z 1 w']) }, 'invalid_cursor'],
    ['/v1/trial-balance', { currency: 'EUR' }, 'invalid_request'],
    ['/v1/daily-totals', { from: '2026-02-30' }, 'invalid_request'],
    ['/v1/daily-totals', { from: '2026-02-01T00:00:00Z' }, 'invalid_request'],
    ['/v1/daily-totals', { from: '2026-02-02', to: '2026-02-01' }, 'invalid_request'],
    ['/v1/daily-totals', { currency: 'eur' }, 'invalid_request'],
    ['/v1/daily-totals', { region: 'nowhere' }, 'unknown_region'],
    ['/v1/daily-totals', { cursor: forged(['daily-totals    ', '1', '2026-01-30']) }, 'invalid_cursor'],
  ])('%s with %j is refused', async (path, query, code) => {
    const { status, json } = await get(path, query);
    expect([json.code, status < 500]).toEqual([code, true]);
  });
});
