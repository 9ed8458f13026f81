import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '@tidemark/testing';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

interface Line {
  readonly version: number;
  readonly amount: string;
  readonly currency: string;
  readonly balanceAfter: string;
  readonly recordedAt: string;
  readonly effectiveAt: string | null;
  readonly reference: string | null;
}
interface RangeBalance {
  readonly currency: string;
  readonly opening: string;
  readonly closing: string;
}
type By = 'booking' | 'effective';

/** Hundredths, exact. */
const hundredths = (amount: string) => BigInt(amount.includes('.') ? amount.replace('.', '') : `${amount}00`);
const timeOf = (by: By) => (line: Line) =>
  by === 'effective' ? (line.effectiveAt ?? line.recordedAt) : line.recordedAt;
const later = (time: string, ms: number) => new Date(Date.parse(time) + ms).toISOString();

/** What the lines of before a time add up to. */
function sumsBefore(lines: readonly Line[], by: By, time: string | undefined): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const line of lines) {
    const { amount, currency } = line;
    if (time !== undefined && timeOf(by)(line) >= time) continue;
    sums.set(currency, (sums.get(currency) ?? 0n) + hundredths(amount));
  }
  return sums;
}

describe.each(engines)('the API on $engine: statements', (engine) => {
  let service: RunningService;
  let position: string;
  let all: Line[];

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    for (const walletId of ['s', 'from', 'empty']) await service.post('/v1/wallets', { walletId });
    const movements = [
      ['deposits', '100.00', 'EUR', { reference: 'INV-1' }],
      ['deposits', '500', 'JPY', { effectiveAt: '2020-05-01T00:00:00Z' }],
      ['withdrawals', '30.00', 'EUR', { effectiveAt: '2020-01-01T00:00:00Z', description: 'Кофе' }],
      ['withdrawals', '5.50', 'EUR', { effectiveAt: '2199-01-01T00:00:00Z', reference: 'INV-2' }],
      ['deposits', '1.25', 'EUR', { reference: 'INV-1' }],
      ['withdrawals', '70', 'JPY', { effectiveAt: '2020-01-01T00:00:00Z', reference: 'INV-1' }],
      ['deposits', '9.00', 'USD', {}],
    ] as const;
    for (const [kind, amount, currency, more] of movements) {
      ({ position } = (await service.post(`/v1/wallets/s/${kind}`, { amount, currency, ...more })).json);
      await sleep(3);
    }
    all = (await get({})).movements;
    expect(all).toHaveLength(movements.length);
  });
  afterAll(() => service?.close());

  const get = async (query: Record<string, string>, walletId = 's') => {
    const path = `/v1/wallets/${walletId}/statement?${new URLSearchParams({ minPosition: position, ...query })}`;
    const { status, json } = await service.get(path);
    expect(status, JSON.stringify(json)).toBe(200);
    return json as { movements: Line[]; balances: RangeBalance[]; nextCursor?: string };
  };
  const versions = (lines: readonly Line[]) => lines.map(({ version }) => version);
  const inOrder = (by: By) =>
    all.toSorted((a, b) =>
      timeOf(by)(a) === timeOf(by)(b) ? a.version - b.version : timeOf(by)(a) < timeOf(by)(b) ? -1 : 1,
    );

  it.each(['booking', 'effective'] as const)('ranges by %s time that follow one another join exactly', async (by) => {
    const cuts = [...new Set(all.map(timeOf(by)))].filter((time) => Date.parse(time) < Date.now());
    const times = [...cuts, later(cuts[1]!, 1), '2000-01-01T00:00:00.000Z'].sort();
    const ranges = [undefined, ...times].map((from, i) => ({ from, to: times[i] }));
    let before: RangeBalance[] = [];
    const lines: Line[] = [];
    for (const { from, to } of ranges) {
      const range = { by, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
      const { movements, balances } = await get(range);
      lines.push(...movements);
      const [opening, closing] = [sumsBefore(all, by, from ?? '0'), sumsBefore(all, by, to)];
      for (const each of balances) {
        const of = `${each.currency} ${JSON.stringify(range)}`;
        expect(hundredths(each.opening), of).toBe(opening.get(each.currency) ?? 0n);
        expect(hundredths(each.closing), of).toBe(closing.get(each.currency) ?? 0n);
      }
      const openings = balances.map(({ currency, opening }) => [currency, opening]);
      for (const { currency, closing } of before) expect(openings).toContainEqual([currency, closing]);
      before = balances;
    }
    expect(versions(lines)).toEqual(versions(inOrder(by)));
    expect(before.map(({ currency, closing }) => [currency, closing])).toEqual([
      ['EUR', '65.75'],
      ['JPY', '430'],
      ['USD', '9.00'],
    ]);
  });

  it('the balance after each line is that of the order', async () => {
    const { movements } = await get({ by: 'effective' });
    expect(movements.map(({ amount, balanceAfter }) => [amount, balanceAfter])).toEqual([
      ['-30.00', '-30.00'],
      ['-70', '-70'],
      ['500', '430'],
      ['100.00', '70.00'],
      ['1.25', '71.25'],
      ['9.00', '9.00'],
      ['-5.50', '65.75'],
    ]);
  });

  it.each(['booking', 'effective'] as const)('turns pages by %s time in both orders', async (by) => {
    for (const order of ['oldest', 'newest']) {
      const lines: Line[] = [];
      const from = '2020-02-01T00:00:00Z';
      for (let cursor: Record<string, string> = {}; ;) {
        const page = await get({ by, order, from, limit: '2', ...cursor });
        expect(page.movements.length).toBeLessThanOrEqual(2);
        lines.push(...page.movements);
        if (page.nextCursor === undefined) break;
        cursor = { cursor: page.nextCursor };
      }
      const expected = versions(inOrder(by).filter((line) => timeOf(by)(line) >= from));
      expect(versions(lines)).toEqual(order === 'oldest' ? expected : expected.reverse());
    }
  });

  it.each(['booking', 'effective'] as const)(
    'filters by reference, by %s time; the balances are of all lines',
    async (by) => {
      const { movements, balances } = await get({ by, reference: 'INV-1' });
      expect(versions(movements).sort()).toEqual(versions(all.filter(({ reference }) => reference === 'INV-1')));
      expect(balances).toEqual((await get({ by })).balances);
      expect((await get({ by, reference: 'inv-1' })).movements).toEqual([]);
    },
  );

  it('of a wallet without movements, and of a range before the wallet was opened', async () => {
    expect(await get({}, 'empty')).toMatchObject({ movements: [], balances: [] });
    expect(await get({ by: 'effective' }, 'empty')).toMatchObject({ movements: [], balances: [] });
    const { movements, balances } = await get({ to: '2000-01-01T00:00:00Z' });
    expect([movements, balances.map(({ closing }) => closing)]).toEqual([[], ['0.00', '0', '0.00']]);
    for (const by of ['booking', 'effective']) {
      expect((await service.get(`/v1/wallets/nobody/statement?by=${by}`)).json.code).toBe('wallet_not_found');
    }
  });

  it('refuses a cursor of another range', async () => {
    const { nextCursor } = await get({ limit: '1', order: 'newest' });
    for (const query of ['', '&order=newest&from=2020-01-01T00:00:00Z', '&order=newest&reference=x', '&by=effective']) {
      const { json } = await service.get(`/v1/wallets/s/statement?cursor=${nextCursor}${query}`);
      expect(json.code, query).toBe('invalid_cursor');
    }
  });

  describe('with many lines', () => {
    const LEGS = 100;
    const TRANSFERS = 13;
    const TOTAL = TRANSFERS * LEGS + 3;
    const many = async (kind: string, amount: string, currency: string) => {
      ({ position } = (await service.post(`/v1/wallets/many/${kind}`, { amount, currency })).json);
    };
    beforeAll(async () => {
      await service.post('/v1/wallets', { walletId: 'many' });
      await many('deposits', '500', 'JPY');
      await service.post('/v1/wallets/from/deposits', { amount: '5000.00', currency: 'EUR' });
      for (let i = 1; i <= TRANSFERS; i++) {
        const legs = Array.from({ length: LEGS }, () => ({
          from: 'from',
          to: 'many',
          amount: '0.01',
          currency: 'EUR',
        }));
        ({ position } = (await service.post('/v1/transfers', { legs, reference: `T${i}` })).json);
      }
      await sleep(3);
      await many('withdrawals', '70', 'JPY');
      await many('deposits', '9.00', 'USD');
      await get({}, 'many');
    });

    it.each([
      ['T7', '6.00'],
      ['T13', '12.00'],
      ['', '13.00'],
    ])('the opening balance of a currency that moves rarely, before %j', async (reference, eur) => {
      const { movements } = await get(
        reference === '' ? { order: 'newest', limit: '2' } : { reference, limit: '1' },
        'many',
      );
      const from = movements.at(-1)!.recordedAt;
      const { balances } = await get({ from, limit: '1' }, 'many');
      expect(balances).toEqual([
        { currency: 'EUR', opening: eur, closing: '13.00' },
        { currency: 'JPY', opening: '500', closing: '430' },
        { currency: 'USD', opening: '0.00', closing: '9.00' },
      ]);
    });

    it.each([
      ['format=csv', TOTAL],
      ['format=csv&order=newest', TOTAL],
      ['format=csv&by=effective', TOTAL],
      ['format=csv&reference=T7', LEGS],
    ])('a CSV with %s has all of %i lines, each once', async (query, count) => {
      const { headers, text } = await service.get(`/v1/wallets/many/statement?${query}`);
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
      const rows = parse(text, { columns: true }) as Line[];
      expect(new Set(rows.map(({ version }) => version)).size).toBe(count);
      expect(rows).toHaveLength(count);
      const numbers = rows.map(({ version }) => Number(version));
      expect(numbers).toEqual(numbers.toSorted((a, b) => (query.includes('newest') ? b - a : a - b)));
    });

    it('a PDF has all of them', async () => {
      const { headers, text } = await service.get('/v1/wallets/many/statement', { accept: 'application/pdf' });
      expect(headers.get('content-type')).toBe('application/pdf');
      expect([text.slice(0, 5), text.trimEnd().slice(-5)]).toEqual(['%PDF-', '%%EOF']);
      // 57 lines fit on a page.
      const pages = text.match(/\/Type \/Page\b/g)!.length;
      expect(pages).toBeGreaterThan((TRANSFERS * LEGS) / 60);
      const short = await service.get('/v1/wallets/s/statement?format=pdf&by=effective&from=2020-01-01T00:00:00Z');
      expect(short.text.match(/\/Type \/Page\b/g)).toHaveLength(1);
    });

    it('are refused above a bound, before the first is sent', async () => {
      // As if the projection had that many lines: booking them would take minutes.
      const copy = (from: number, to: number) =>
        service.database.query(
          `INSERT INTO wallet_movements (generation, region, wallet_id, version, position, type, movement_id, amount, currency,
             balance_after, recorded_at)
           SELECT m.generation, m.region, 'empty', g.g, m.position, m.type, 'mv_x', '1.00', 'EUR', '1.00', m.recorded_at
           FROM wallet_movements m, generate_series($1::int8, $2::int8) AS g(g) WHERE m.wallet_id = 's' AND m.version = 2`,
          [from, to],
        );
      const ask = async (query: string) => {
        const { status, json } = await service.get(`/v1/wallets/empty/statement?${query}`);
        return json === undefined ? status : [status, json.code ?? json.movements?.length];
      };
      const refused = [422, 'statement_too_long'];
      await copy(10, 2_009);
      expect(await ask('format=pdf')).toBe(200);
      await copy(2_010, 2_010);
      expect(await ask('format=pdf')).toEqual(refused);
      await copy(2_011, 10_009);
      expect(await ask('format=csv')).toBe(200);
      await copy(10_010, 10_010);
      expect([await ask('format=csv'), await ask('format=csv&limit=5')]).toEqual([refused, 200]);
      await copy(10_011, 20_009);
      expect(await ask('by=effective&limit=3')).toEqual([200, 3]);
      await copy(20_010, 20_010);
      expect([await ask('by=effective&limit=3'), await ask('limit=3')]).toEqual([refused, [200, 3]]);
    });
  });
});

describe.each(engines)('the API on $engine: statements without a worker', (engine) => {
  it('are empty, and do not say that there is no wallet', async () => {
    const service = await RunningService.start(engine);
    await service.post('/v1/wallets', { walletId: 'w' });
    await service.post('/v1/wallets/w/deposits', { amount: '1.00', currency: 'EUR' });
    for (const query of ['', '?by=effective', '?order=newest', '?from=2199-01-01T00:00:00Z']) {
      const { json } = await service.get(`/v1/wallets/w/statement${query}`);
      expect(json, query).toMatchObject({ movements: [], balances: [] });
    }
    expect((await service.get('/v1/wallets/w/statement?format=csv')).text.trim().split('\r\n')).toHaveLength(1);
    await service.close();
  });
});
