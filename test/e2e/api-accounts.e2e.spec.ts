import { setTimeout as sleep } from 'node:timers/promises';
import { SCOPES, type Scope } from '@tidemark/application';
import { examine } from '@tidemark/doctor';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addKey, bearer } from './api-keys.js';
import { RunningService, type Answer } from './running-service.js';

/** An account's statement ends 5 s ago, where it is not asked for an earlier time. */
const CLOSED_AFTER_MS = 5_500;
const EUR = { currency: 'EUR' };

interface Line {
  amount: string;
  balanceAfter: string;
  type: string;
  reference: string | null;
  walletId: string;
}

describe.each(engines)('the API on $engine: accounts of the outside', (engine) => {
  let service: RunningService;
  let position: string;
  /** In the order in which they were booked on `world:bank-a`. */
  const booked = ['-100.00', '30.00', '-20.00', '12.00', '100.00', '-4.00'];

  const define = (name: string, description = '') => service.post('/v1/accounts', { name, description });
  const deposit = (amount: string, more: object = {}, walletId = 'ann') =>
    service.post(`/v1/wallets/${walletId}/deposits`, { amount, ...EUR, ...more });
  const withdraw = (amount: string, more: object = {}) =>
    service.post('/v1/wallets/ann/withdrawals', { amount, ...EUR, ...more });
  const get = (path: string, query: Record<string, string> = {}) =>
    service.get(`${path}?${new URLSearchParams({ minPosition: position, ...query })}`);

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    for (const walletId of ['ann', 'ben']) await service.post('/v1/wallets', { walletId });
    expect((await define('bank-a', 'Current account')).status).toBe(201);
    expect((await define('card-processor', '')).status).toBe(201);
    const answers: Answer[] = [];
    const send = async (sent: Promise<Answer>) => {
      const answer = await sent;
      expect(answer.status, answer.text).toBe(201);
      answers.push(answer);
      return answer.json;
    };
    const first = await send(
      deposit('100.00', { source: 'bank-a', reference: 'in-1', effectiveAt: '2026-01-05T00:00:00Z' }),
    );
    await send(deposit('7.00', { source: 'card-processor' }, 'ben'));
    await send(deposit('50.00'));
    await send(withdraw('30.00', { destination: 'bank-a', reference: '=out-1' }));
    const pending = await send(deposit('21.00', { source: 'bank-a', pending: true }));
    await send(service.post(`/v1/wallets/ann/deposits/${pending.movementId}/settle`, { amount: '20.00', ...EUR }));
    const hold = await send(service.post('/v1/wallets/ann/holds', { amount: '15.00', ...EUR }));
    const capture = `/v1/wallets/ann/holds/${hold.holdId}/capture`;
    await send(service.post(capture, { amount: '12.00', ...EUR, destination: 'bank-a' }));
    await send(service.post(capture, { final: true }));
    await send(service.post('/v1/reversals', { walletId: 'ann', movementId: first.movementId }));
    await send(deposit('4.00', { source: 'bank-a' }, 'ben'));
    ({ position } = answers.at(-1)!.json);
  });
  afterAll(() => service?.close());

  it('defines a name once: the same again is the same, another description is refused', async () => {
    const again = await define('bank-a', 'Current account');
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(again.json).toEqual({ name: 'bank-a', account: 'world:bank-a', description: 'Current account' });
    const other = await define('bank-a', 'Another');
    expect([other.status, other.json.code]).toEqual([409, 'account_differs']);
    expect((await service.get('/v1/accounts')).json.accounts).toEqual([
      { name: 'bank-a', account: 'world:bank-a', description: 'Current account' },
      { name: 'card-processor', account: 'world:card-processor', description: '' },
    ]);
  });

  it.each([
    ['/v1/wallets/ann/deposits', { amount: '1.00', ...EUR, source: 'bank-b' }, 'source'],
    ['/v1/wallets/ann/deposits', { amount: '1.00', ...EUR, source: 'bank-b', pending: true }, 'source'],
    ['/v1/wallets/ann/withdrawals', { amount: '1.00', ...EUR, destination: 'bank-b' }, 'destination'],
    ['/v1/wallets/ann/holds/hd_1/capture', { destination: 'bank-b' }, 'destination'],
  ])('%s with %j: an unknown name is refused, and nothing is written', async (path, body, field) => {
    const before = await service.counts();
    const { status, json } = await service.post(path, body, { key: 'unknown' });
    expect([status, json.code]).toEqual([400, 'unknown_account']);
    expect(json.errors).toEqual([{ place: 'body', path: field, message: 'there is no account bank-b' }]);
    expect((await service.post(`${path}?dryRun=true`, body)).json.code).toBe('unknown_account');
    expect(await service.counts()).toEqual(before);
  });

  it.each([
    ['/v1/accounts', { name: 'world' }],
    ['/v1/accounts', { name: 'Bank' }],
    ['/v1/accounts', { name: 'a'.repeat(41) }],
    ['/v1/accounts', {}],
    ['/v1/accounts', { name: 'x', description: 'a\nb' }],
    ['/v1/accounts', { name: 'x', currency: 'EUR' }],
    ['/v1/accounts?dryRun=true', { name: 'x' }],
    ['/v1/wallets/ann/deposits', { amount: '1.00', ...EUR, source: 'world' }],
    ['/v1/wallets/ann/deposits', { amount: '1.00', ...EUR, source: '' }],
    ['/v1/wallets/ann/deposits', { amount: '1.00', ...EUR, source: 1 }],
    ['/v1/wallets/ann/deposits', { amount: '1.00', ...EUR, destination: 'bank-a' }],
    ['/v1/wallets/ann/withdrawals', { amount: '1.00', ...EUR, source: 'bank-a' }],
  ])('%s with %j is refused', async (path, body) => {
    const before = await service.counts();
    expect((await service.post(path, body)).json.code).toBe('invalid_request');
    expect(await service.counts()).toEqual(before);
  });

  it('refuses a capture to two destinations', async () => {
    const answer = await service.post('/v1/wallets/ann/holds/hd_1/capture', { to: 'ben', destination: 'bank-a' });
    expect([answer.status, answer.json.code]).toEqual([422, 'two_destinations']);
  });

  it('answers a repeat with the first answer, and another name under the same key is another request', async () => {
    const sent = (source?: string) =>
      service.post(
        '/v1/wallets/ben/deposits',
        { amount: '1.00', currency: 'JPY', ...(source && { source }) },
        { key: 'r' },
      );
    expect((await sent('bank-a')).json.code).toBe('too_many_fraction_digits');
    const ok = (source?: string) =>
      service.post(
        '/v1/wallets/ben/deposits',
        { amount: '5', currency: 'JPY', ...(source && { source }) },
        { key: 'r' },
      );
    const first = await ok('card-processor');
    const again = await ok('card-processor');
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 200, 'true']);
    expect(again.json).toEqual(first.json);
    for (const other of ['bank-a', undefined]) expect((await ok(other)).json.code).toBe('idempotency_key_reused');
    ({ position } = first.json);
  });

  it('knows an account that was defined through another process or the command line', async () => {
    await service.database.query(`INSERT INTO outside_accounts (name, description) VALUES ('bank-late', '')`);
    // A name that was just looked for in vain is looked for again after a second.
    await sleep(1_100);
    expect(
      (await service.post('/v1/wallets/ben/deposits?dryRun=true', { amount: '1', ...EUR, source: 'bank-late' })).status,
    ).toBe(200);
  });

  it('the journal names the account', async () => {
    const of = async (account: string) => {
      const { json } = await get('/v1/journal', { account });
      return json.entries.map((entry: { lines: { account: string; amount: string; currency: string }[] }) => {
        expect(entry.lines[0]!.account).toBe(account);
        return entry.lines[0]!.amount;
      });
    };
    expect(await of('world:bank-a')).toEqual([...booked].reverse());
    expect(await of('world:card-processor')).toEqual(['-5', '-7.00']);
    expect(await of('world')).toEqual(['3.00', '-50.00']);
    expect(await of('world:bank-b')).toEqual([]);
    const { json } = await get('/v1/journal');
    expect(json.entries).toHaveLength(10);
    const times = json.entries.map(({ recordedAt }: { recordedAt: string }) => recordedAt);
    expect(times).toEqual([...times].sort().reverse());
    expect((await get('/v1/journal', { account: 'world:' })).json.code).toBe('invalid_request');
  });

  it('turns every page of the whole journal, named or not', async () => {
    const all = (await get('/v1/journal')).json.entries.map(({ position: at }: { position: string }) => at);
    const found: string[] = [];
    for (let cursor: Record<string, string> = {}; ;) {
      const { json } = await get('/v1/journal', { limit: '3', ...cursor });
      found.push(...json.entries.map(({ position: at }: { position: string }) => at));
      if (json.nextCursor === undefined) break;
      cursor = { cursor: json.nextCursor };
    }
    expect(found).toEqual(all);
  });

  it('the trial balance has a line for each account, which sum to zero', async () => {
    const { json } = await get('/v1/trial-balance');
    const [euro, yen] = json.currencies;
    expect(euro).toEqual({
      currency: 'EUR',
      accounts: [
        { account: 'wallets', debit: '145.00', credit: '181.00', balance: '36.00' },
        { account: 'world', debit: '50.00', credit: '3.00', balance: '-47.00' },
        { account: 'world:bank-a', debit: '124.00', credit: '142.00', balance: '18.00' },
        { account: 'world:card-processor', debit: '7.00', credit: '0.00', balance: '-7.00' },
      ],
      inBalance: true,
    });
    expect(yen.accounts.map(({ account }: { account: string }) => account)).toEqual([
      'wallets',
      'world:card-processor',
    ]);
  });

  it('the statement of a wallet names the account', async () => {
    const { json } = await get('/v1/wallets/ann/statement');
    expect(json.movements.map(({ account }: { account: string | null }) => account)).toEqual([
      'world:bank-a',
      null,
      'world:bank-a',
      'world:bank-a',
      'world:bank-a',
      null,
      'world:bank-a',
    ]);
    const csv = await service.get('/v1/wallets/ann/statement', { accept: 'text/csv' });
    expect(
      csv.text
        .split('\r\n')
        .slice(0, 2)
        .map((line) => line.split(',').at(-1)),
    ).toEqual(['account', 'world:bank-a']);
  });

  describe('the statement of an account', () => {
    const statement = (query: Record<string, string> = {}, name = 'bank-a') =>
      service.get(`/v1/accounts/${name}/statement?${new URLSearchParams({ ...EUR, ...query })}`);
    beforeAll(() => sleep(CLOSED_AFTER_MS));

    it('is oldest first, with a running sum', async () => {
      const { json } = await statement();
      expect(json).toMatchObject({
        account: 'world:bank-a',
        currency: 'EUR',
        openingBalance: '0.00',
        closingBalance: '18.00',
      });
      expect(json.lines.map(({ amount }: Line) => amount)).toEqual(booked);
      expect(json.lines.map(({ balanceAfter }: Line) => balanceAfter)).toEqual([
        ...['-100.00', '-70.00', '-90.00', '-78.00', '22.00', '18.00'],
      ]);
      expect(json.lines[0]).toMatchObject({
        ...{ walletId: 'ann', type: 'FundsDeposited', reference: 'in-1', effectiveAt: '2026-01-05T00:00:00.000Z' },
      });
      expect(json.lines.map(({ type }: Line) => type)).toEqual([
        ...[
          'FundsDeposited',
          'FundsWithdrawn',
          'MovementSettled',
          'HoldCaptured',
          'MovementReversed',
          'FundsDeposited',
        ],
      ]);
      expect(json.nextCursor).toBeUndefined();
    });

    it.each(['1', '2', '4'])('joins exactly from page to page: %s on each', async (limit) => {
      const whole = (await statement()).json.lines;
      const found: Line[] = [];
      let balance = '0.00';
      for (let cursor: Record<string, string> = {}; ;) {
        const { json } = await statement({ limit, ...cursor });
        expect(json.openingBalance).toBe(balance);
        balance = json.closingBalance;
        found.push(...json.lines);
        if (json.nextCursor === undefined) break;
        cursor = { cursor: json.nextCursor };
      }
      expect(found).toEqual(whole);
      expect(balance).toBe('18.00');
    });

    it('joins exactly from one span to the next', async () => {
      const { lines } = (await statement()).json;
      for (const { recordedAt } of lines) {
        const [before, after] = [await statement({ to: recordedAt }), await statement({ from: recordedAt })];
        expect(before.json.closingBalance).toBe(after.json.openingBalance);
        expect([...before.json.lines, ...after.json.lines]).toEqual(lines);
        expect(after.json.closingBalance).toBe('18.00');
      }
    });

    it('is the same again, after more was booked', async () => {
      const first = await statement({ limit: '2' });
      const { json } = await service.post('/v1/wallets/ben/deposits', { amount: '1.00', ...EUR, source: 'bank-a' });
      await get('/v1/journal', { minPosition: json.position });
      const rest = await statement({ limit: '200', cursor: first.json.nextCursor });
      expect(rest.json.to).toBe(first.json.to);
      expect([...first.json.lines, ...rest.json.lines].map(({ amount }: Line) => amount)).toEqual(booked);
    });

    it('is there for the outside without a name, and for another currency', async () => {
      expect((await statement({}, 'world')).json.lines.map(({ amount }: Line) => amount)).toEqual(['-50.00', '3.00']);
      const yen = (await statement({ currency: 'JPY' }, 'card-processor')).json;
      expect([yen.openingBalance, yen.closingBalance]).toEqual(['0', '-5']);
      expect((await statement({ currency: 'USD' })).json).toMatchObject({ lines: [], closingBalance: '0.00' });
    });

    it('is a spreadsheet too, in which no text is a formula', async () => {
      const page = `/v1/accounts/bank-a/statement?currency=EUR&limit=2`;
      const csv = await service.get(page, { accept: 'text/csv' });
      const [header, one, two] = csv.text.split('\r\n');
      expect(header).toBe(
        'recordedAt,effectiveAt,type,movementId,walletId,version,amount,currency,balanceAfter,reference,description',
      );
      expect(one).toMatch(/,FundsDeposited,mv_\w+,ann,2,-100\.00,EUR,-100\.00,in-1,$/);
      expect(two).toMatch(/,30\.00,EUR,-70\.00,'=out-1,$/);
      const [, next] = /^<(\?.*)>; rel="next"$/.exec(csv.headers.get('link')!)!;
      const rest = await service.get(`/v1/accounts/bank-a/statement${next}`, { accept: 'text/csv' });
      expect(rest.text.split('\r\n')[1]).toMatch(/,-20\.00,EUR,-90\.00,,$/);
    });

    const forged = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    it.each<[string, Record<string, string>, string]>([
      ['bank-b', {}, 'account_not_found'],
      ['Bank', {}, 'invalid_request'],
      ['bank-a', { currency: 'XXXX' }, 'unknown_currency'],
      ['bank-a', { from: '2026-01-31' }, 'invalid_request'],
      ['bank-a', { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'invalid_request'],
      ['bank-a', { consistency: 'eventual' }, 'invalid_request'],
      ['bank-a', { cursor: 'x' }, 'invalid_cursor'],
      [
        'bank-a',
        { cursor: forged(['account-statement world:bank-a EUR  ', '1', '2026-01-30T00:00:00.000Z x']) },
        'invalid_cursor',
      ],
    ])('of %s with %j is refused', async (name, query, code) => {
      const { status, json } = await statement(query, name);
      expect([json.code, status < 500]).toEqual([code, true]);
    });
  });

  it('leaves a log in which doctor finds nothing', async () => {
    const { signal } = new AbortController();
    const { findings } = await examine(service.database, { signal, progress: () => undefined });
    expect(findings).toEqual([]);
  });
});

describe.each(engines)('the API on $engine with keys: accounts of the outside', (engine) => {
  let service: RunningService;
  const secrets = new Map<Scope, string>();
  beforeAll(async () => {
    service = await RunningService.start(engine, {
      prepare: async (database) => {
        for (const scope of SCOPES) secrets.set(scope, await addKey(database, scope, scope));
      },
    });
  });
  afterAll(() => service?.close());

  it.each<[Scope, number[]]>([
    ['read', [403, 200]],
    ['write', [403, 403]],
    ['operate', [201, 403]],
  ])('the scope %s may define and list: %j', async (scope, expected) => {
    const headers = bearer(secrets.get(scope)!);
    const made = await service.post('/v1/accounts', { name: 'bank-c' }, { headers });
    expect([made.status, (await service.get('/v1/accounts', headers)).status]).toEqual(expected);
  });
});
