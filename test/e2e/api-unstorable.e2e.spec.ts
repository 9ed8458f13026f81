import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fieldsOf, numbersOf, type Field } from './malformed/fields.js';
import { RunningService } from './running-service.js';

/** No engine can store these in a text: NUL, and halves of surrogate pairs. */
const NUL = ['\0', 'w\0', 'balances\0'];
const HALVES = ['\ud800', 'x\udc00y'];
const NUMBERS = [1e308, -1e308, Number.MAX_VALUE, -1];
/** Numbers as text, larger than every number type of a database. */
const DIGITS = ['9'.repeat(19), '9'.repeat(30), `${'9'.repeat(19)}.${'9'.repeat(10)}`, '1e308', '-1e308', '1e999'];

/** The past is closed after five seconds (ADR 11). */
const SECOND_PAGE = { timeout: 20_000, interval: 200 };

describe.each(engines)('the API on $engine: what no database can store', (engine) => {
  let service: RunningService;
  let fields: Field[];
  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    fields = fieldsOf((await service.get('/openapi.json')).json);
    for (const walletId of ['v', 'w']) await service.post('/v1/wallets', { walletId });
    await service.post('/v1/wallets/w/deposits', { amount: '10.00', currency: 'EUR' });
    const entry = { amount: '1.00', currency: 'EUR', reference: 'INV-2026-0042' };
    for (const _ of [1, 2]) {
      await service.post('/v1/wallets/w/deposits', entry);
      await service.post('/v1/wallets/w/deposits', { ...entry, pending: true });
      await service.post('/v1/wallets/w/holds', entry);
    }
    const sent = await service.post('/v1/transfers', { from: 'w', to: 'v', amount: '1.00', currency: 'EUR' });
    for (const _ of [1, 2]) await service.post('/v1/operations/projections/balances/verify', {});
    await service.get(`/v1/daily-totals?minPosition=${sent.json.position}`);
  });
  afterAll(() => service?.close());

  const send = ({ request }: Field, value: unknown) => {
    const { method, path, body } = request(value);
    return body === undefined
      ? service.send(method, path, { headers: { 'idempotency-key': crypto.randomUUID() } })
      : service.post(path, body);
  };

  /** Tries each field with each value. @returns the wrong answers */
  const wrong = async (of: readonly Field[], values: readonly unknown[], isRight: (status: number) => boolean) => {
    const found: unknown[] = [];
    for (const field of of) {
      for (const value of values) {
        const { status, text } = await send(field, value);
        if (!isRight(status)) found.push([field.name, value, status, text.slice(0, 200)]);
      }
    }
    return found;
  };
  const isRefused = (status: number) => status >= 400 && status < 500;

  it('finds the fields of every endpoint', () => {
    expect(fields.length).toBeGreaterThan(80);
    for (const name of ['POST /v1/transfers: legs.0.from', 'POST /v1/wallets: metadata.x', 'GET /v1/journal: cursor']) {
      expect(fields.map((field) => field.name)).toContain(name);
    }
  });

  it('refuses a NUL in every text of a path, a query and a body', async () => {
    expect(
      await wrong(
        fields.filter(({ type }) => type !== 'number'),
        NUL,
        isRefused,
      ),
    ).toEqual([]);
  });

  it('refuses half of a surrogate pair in every text of a body', async () => {
    expect(
      await wrong(
        fields.filter(({ place, type }) => place === 'body' && type !== 'number'),
        HALVES,
        isRefused,
      ),
    ).toEqual([]);
  });

  it('refuses numbers without a bound in every body', async () => {
    expect(
      await wrong(
        fields.filter(({ type }) => type === 'number'),
        NUMBERS,
        isRefused,
      ),
    ).toEqual([]);
  });

  it('causes no defect if a text of a path or a query is a number beyond every bound', async () => {
    expect(
      await wrong(
        fields.filter(({ place }) => place !== 'body'),
        DIGITS,
        (status) => status < 500,
      ),
    ).toEqual([]);
  });

  it('names the bounds of each number', async () => {
    const numbers = numbersOf((await service.get('/openapi.json')).json);
    expect(numbers.filter(([, { minimum, maximum }]) => minimum === undefined || maximum === undefined)).toEqual([]);
  });

  it('refuses values that cannot be stored in each part of the cursor of each list', async () => {
    const lists = fields.filter(({ name }) => name.endsWith(': cursor'));
    expect(lists.length).toBeGreaterThanOrEqual(6);
    for (const list of lists) {
      const { path } = list.request('');
      const firstPage = path.replace('cursor=', 'limit=1');
      // What ends in the past has its second entry some seconds after it was written.
      await vi.waitFor(
        async () => expect((await service.get(firstPage)).json, firstPage).toHaveProperty('nextCursor'),
        SECOND_PAGE,
      );
      const { json } = await service.get(firstPage);
      const parts = JSON.parse(Buffer.from(json.nextCursor, 'base64url').toString()) as string[];
      const changed = parts.flatMap((part, i) => [...NUL, ...HALVES].map((bad) => parts.with(i, part + bad)));
      for (const cursor of [...changed, ...DIGITS.map((digits) => parts.with(2, digits))]) {
        const { status, json: answer } = await send(list, Buffer.from(JSON.stringify(cursor)).toString('base64url'));
        if (status !== 200)
          expect([list.name, cursor, status, answer.code]).toEqual([list.name, cursor, 400, 'invalid_cursor']);
        else expect(changed).not.toContain(cursor);
      }
    }
  });

  it('caused no defect', () => {
    expect(service.log.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
  });
});
