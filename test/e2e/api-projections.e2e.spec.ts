import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addKey, bearer } from './api-keys.js';
import { RunningService, type Answer, type Asked } from './running-service.js';

const OPERATIONS = '/v1/operations';
const PROJECTIONS = `${OPERATIONS}/projections`;
const NAMES = ['balances', 'movements', 'journal', 'trial_balance', 'daily_totals'];
/** A worker looks for operations twice a second, and this machine may be busy. */
const PATIENCE = { timeout: 40_000, interval: 100 };

/** On CockroachDB a certificate ends 2 s ago (`fixPosition`). Later events are followed. */
const CERTIFIED_AFTER_MS = 2_500;

interface Build {
  generation: string;
  region: string | null;
  live: boolean;
  exceptIn: string[];
  verified: object | null;
}

describe.each(engines)('the API on $engine: operations on projections', (engine) => {
  let service: RunningService;

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    for (const walletId of ['alice', 'bob']) {
      await service.post('/v1/wallets', { walletId });
      await service.post(`/v1/wallets/${walletId}/deposits`, { amount: '10.00', currency: 'EUR' });
    }
    const transfer = { from: 'alice', to: 'bob', amount: '4.00', currency: 'EUR' };
    const { position } = (await service.post('/v1/transfers', transfer)).json;
    await service.get(`/v1/wallets?minPosition=${position}`);
  });
  afterAll(() => service?.close());

  const read = (path = '', headers = {}) => service.get(`${PROJECTIONS}${path}`, headers);
  const audit = (query: string) => service.get(`${OPERATIONS}${query}`);
  const ask = (path: string, body: unknown = {}, asked: Asked = {}) =>
    service.post(`${PROJECTIONS}${path}`, body, asked);
  const builds = async (): Promise<Build[]> => (await read('/balances')).json.builds;
  const live = async () => (await builds()).find((build) => build.live)!.generation;

  /** Waits for the result of an operation, at the URL in its answer. */
  async function ended(answer: Answer) {
    expect(answer.status, answer.text).toBe(202);
    const location = answer.headers.get('location')!;
    const state = async () => (await service.get(location)).json.state;
    await expect.poll(state, PATIENCE).toMatch(/^(done|failed)$/);
    return (await service.get(location)).json;
  }
  const done = async (answer: Answer) => {
    const operation = await ended(answer);
    expect(operation, JSON.stringify(operation.result)).toMatchObject({ state: 'done' });
    return operation;
  };

  it('lists every projection with its builds, and the worker of each shard', async () => {
    await expect.poll(async () => (await read()).json.projections[0].behind.events, PATIENCE).toBe(0);
    const { projections, shards } = (await read()).json;
    expect(projections.map(({ name }: { name: string }) => name)).toEqual(NAMES);
    expect(projections[0]).toMatchObject({
      ...{ name: 'balances', outdated: false, parked: 0, behind: { events: 0, more: false, seconds: 0 } },
      builds: [{ generation: '1', state: 'following', live: true, verified: null }],
    });
    expect(projections[0].builds[0].createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(shards).toHaveLength(64);
    expect(shards[0].owner).toMatch(/^local\/[0-9a-f-]{36}$/);
    expect(Object.keys(shards[0].behind).sort()).toEqual([...NAMES].sort());
    const one = (await read('/journal')).json;
    expect(one).toMatchObject({ name: 'journal', builds: [{ live: true }] });
    expect(one.shards[63]).toMatchObject({ region: 'local', shard: 63, behind: { events: 0 } });
  });

  it('rebuilds, swaps, rolls back and drops, and records all in the audit record', async () => {
    await sleep(CERTIFIED_AFTER_MS);
    const rebuilt = await done(await ask('/balances/rebuild', { latencyRatioMax: 0 }));
    expect(rebuilt).toMatchObject({ action: 'rebuild', projection: 'balances', requestedBy: 'api:anonymous' });
    const { generation, certificate, verification } = rebuilt.result;
    expect([generation, verification.breaks, certificate.sums]).toEqual(['2', 0, { EUR: '20.00' }]);
    expect((await read(`/balances/generations/${generation}/certificate`)).json).toEqual(certificate);
    expect((await builds()).map((build) => [build.generation, build.live, build.verified !== null])).toEqual([
      ['1', true, false],
      ['2', false, true],
    ]);

    const swapped = await done(await ask('/balances/swap', { generation: '2' }));
    expect(swapped.result).toEqual({
      ...{ generation: '2', before: '1', region: null, accepted: [] },
      readers: { before: { generation: '1', regions: {} }, after: { generation: '2', regions: {} } },
    });
    expect(await live()).toBe('2');
    const back = await done(await ask('/balances/rollback'));
    expect([back.result.generation, await live()]).toEqual(['1', '1']);
    await done(await ask('/balances/drop', { generation: '2' }));
    expect((await builds()).map((build) => build.generation)).toEqual(['1']);

    const { operations, more } = (await audit('?projection=balances&limit=3')).json;
    expect(operations.map(({ action }: { action: string }) => action)).toEqual(['drop', 'rollback', 'swap']);
    const page = async (query: string) => (await audit(`?projection=balances&limit=2${query}`)).json;
    const first = await page('');
    const second = await page(`&cursor=${first.nextCursor}`);
    const actions = [first, second].map((each) => each.operations.map(({ action }: { action: string }) => action));
    expect(actions).toEqual([
      ['drop', 'rollback'],
      ['swap', 'rebuild'],
    ]);
    expect([second.more, second.nextCursor]).toEqual([false, undefined]);
    const elsewhere = await audit(`?projection=movements&cursor=${first.nextCursor}`);
    expect([elsewhere.status, elsewhere.json.code]).toEqual([400, 'invalid_cursor']);
    expect([more, (await audit('?projection=movements')).json]).toEqual([true, { operations: [], more: false }]);
  });

  it('rebuilds one region, and reports where it is live', { timeout: 60_000 }, async () => {
    await sleep(CERTIFIED_AFTER_MS);
    const unknown = await ended(await ask('/balances/rebuild', { region: 'atlantis' }));
    expect(unknown.result).toEqual({ reason: 'there is no region atlantis: local', refused: true, notFound: true });
    const { result } = await done(await ask('/balances/rebuild', { region: 'local', swap: true, latencyRatioMax: 0 }));
    expect(result).toMatchObject({ region: 'local', before: '1', certificate: { regions: ['local'] } });
    expect(
      (await builds()).map(({ generation, region, live, exceptIn }) => ({ generation, region, live, exceptIn })),
    ).toEqual([
      { generation: '1', region: null, live: true, exceptIn: ['local'] },
      { generation: result.generation, region: 'local', live: true, exceptIn: [] },
    ]);
    expect((await service.get('/v1/wallets')).json.wallets).toHaveLength(2);
    await done(await ask('/balances/rollback'));
    await done(await ask('/balances/drop', { generation: result.generation }));
  });

  it('verifies and compares without a body, and gives the reason if an operation is not possible', async () => {
    const bare = { headers: { 'idempotency-key': randomUUID() } };
    const verified = await done(await service.send('POST', `${PROJECTIONS}/trial_balance/verify`, bare));
    expect(verified).toMatchObject({ arguments: {}, result: { generation: '1', breaks: 0 } });
    const compared = await done(await service.send('POST', `${PROJECTIONS}/trial_balance/diff`, bare));
    expect(compared.result).toMatchObject({ changes: 0, differences: [] });
    const inOne = await done(await ask('/trial_balance/diff', { region: 'local' }));
    expect(inOne.result).toEqual(compared.result);
    const nowhere = await ended(await ask('/trial_balance/diff', { region: 'atlantis' }));
    expect(nowhere.result).toMatchObject({ reason: 'there is no region atlantis: local', notFound: true });
    const refused = await ended(await ask('/balances/swap', { generation: '77' }));
    expect(refused).toMatchObject({
      state: 'failed',
      result: { reason: 'balances has no generation 77', refused: true },
    });
  });

  it('shows a parked wallet, while the service stays ready, and retries it', async () => {
    await service.database.query(
      `INSERT INTO parked_wallets (projection, generation, region, wallet_id, shard, version, reason, parked_at)
       SELECT 'balances', 1, 'local', wallet_id, shard, 2, 'does not add up', now() FROM wallet_balances
       WHERE wallet_id = 'alice' AND generation = 1`,
    );
    const { parked, more } = (await read('/balances/parked')).json;
    expect([parked, more]).toMatchObject([[{ walletId: 'alice', version: 2, reason: 'does not add up' }], false]);
    await expect
      .poll(async () => (await service.get('/metrics')).text, PATIENCE)
      .toContain('tidemark_projection_parked{projection="balances",region="local"} 1');
    expect((await service.get('/health/ready')).status).toBe(200);
    const { result } = await done(await ask('/balances/retry', { walletId: 'alice' }));
    expect(result).toEqual({ asked: 1, parked: [] });
    expect((await read('/balances/parked')).json.parked).toEqual([]);
  });

  it('finds the first operation under the same key, and refuses another request under it', async () => {
    const key = randomUUID();
    const first = await ask('/daily_totals/verify', { generation: '1' }, { key });
    const again = await ask('/daily_totals/verify', { generation: '1' }, { key });
    expect([first.status, again.status]).toEqual([202, 200]);
    const replayed = [first, again].map(({ headers }) => headers.get('idempotency-replayed'));
    expect(replayed).toEqual([null, 'true']);
    expect(again.json.operationId).toBe(first.json.operationId);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    const other = await ask('/daily_totals/verify', {}, { key });
    expect([other.status, other.json.code]).toEqual([422, 'idempotency_key_reused']);
    const elsewhere = await ask('/daily_totals/diff', {}, { key });
    expect([elsewhere.status, elsewhere.json.operationId === first.json.operationId]).toEqual([202, false]);
    const { json } = await audit('?projection=daily_totals');
    expect(json.operations).toHaveLength(2);
  });

  describe('bad input', () => {
    const count = async () => (await service.database.query('SELECT 1 FROM projection_operations')).rowCount;
    let before: number;
    beforeAll(async () => void (before = await count()));

    it.each<[string, unknown, number, string]>([
      ['/nothing/rebuild', {}, 404, 'projection_not_found'],
      ['/operations/rebuild', {}, 404, 'projection_not_found'],
      ['/Balances/rebuild', {}, 404, 'projection_not_found'],
      ['/balances/explode', {}, 404, 'not_found'],
      ['/balances/rebuild', { wallet: 'alice' }, 400, 'invalid_request'],
      ['/balances/rebuild', { walletId: 'a b' }, 400, 'invalid_request'],
      ['/balances/rebuild', { swap: 'yes' }, 400, 'invalid_request'],
      ['/balances/rebuild', { latencyRatioMax: -1 }, 400, 'invalid_request'],
      ['/balances/rebuild', { accept: 'all' }, 400, 'invalid_request'],
      ['/balances/rebuild', { region: '' }, 400, 'invalid_request'],
      ['/balances/rebuild', { region: ['local'] }, 400, 'invalid_request'],
      ['/balances/rebuild', { region: 'x'.repeat(65) }, 400, 'invalid_request'],
      ['/balances/rebuild', { region: 'local', walletId: 'alice' }, 400, 'invalid_request'],
      ['/balances/rebuild', { swap: true, walletId: 'alice' }, 400, 'invalid_request'],
      ['/balances/rebuild', { latencyRatioMax: 1, walletId: 'alice' }, 400, 'invalid_request'],
      ['/balances/rebuild', { accept: ['alice'], walletId: 'alice' }, 400, 'invalid_request'],
      ['/balances/rebuild', { accept: ['all'] }, 400, 'invalid_request'],
      ['/balances/rebuild', { accept: ['all'], swap: false }, 400, 'invalid_request'],
      ['/balances/rebuild', { accept: [], swap: true }, 400, 'invalid_request'],
      ['/balances/swap', { accept: [] }, 400, 'invalid_request'],
      ['/balances/diff', { region: '' }, 400, 'invalid_request'],
      ['/balances/verify', { region: 'local' }, 400, 'invalid_request'],
      ['/balances/rebuild', [], 400, 'invalid_request'],
      ['/balances/rebuild', null, 400, 'invalid_request'],
      ['/balances/rebuild?swap=true', {}, 400, 'invalid_request'],
      ['/balances/verify', { generation: 1 }, 400, 'invalid_request'],
      ['/balances/verify', { generation: '0' }, 400, 'invalid_request'],
      ['/balances/verify', { generation: '1.5' }, 400, 'invalid_request'],
      ['/balances/swap', { accept: [''] }, 400, 'invalid_request'],
      ['/balances/rollback', { generation: '1' }, 400, 'invalid_request'],
      ['/balances/drop', {}, 400, 'invalid_request'],
      ['/balances/retry', { walletId: '' }, 400, 'invalid_request'],
    ])('POST %s with %j → %i %s', async (path, body, status, code) => {
      const answer = await ask(path, body);
      expect([answer.status, answer.json.code]).toEqual([status, code]);
    });

    it('refuses a combination of arguments without a meaning, with its place', async () => {
      const { json } = await ask('/balances/rebuild', { accept: ['all'] });
      expect(JSON.stringify(json)).toContain('only a swap accepts differences: leave this out, or swap');
    });

    it.each<[Record<string, string>, string]>([
      [{ 'idempotency-key': '' }, 'idempotency_key_missing'],
      [{ 'idempotency-key': 'a b' }, 'idempotency_key_malformed'],
      [{ 'if-match': '"1"' }, 'if_match_unsupported'],
    ])('headers %j → %s', async (headers, code) => {
      const { status, json } = await ask('/balances/verify', {}, { headers });
      expect([status, json.code]).toEqual([400, code]);
    });

    it.each<[string, string, number, string]>([
      ['GET', `${PROJECTIONS}/nothing`, 404, 'projection_not_found'],
      ['GET', `${PROJECTIONS}/nothing/parked`, 404, 'projection_not_found'],
      ['GET', `${PROJECTIONS}/nothing/generations/1/certificate`, 404, 'projection_not_found'],
      ['GET', `${PROJECTIONS}/balances/generations/1/certificate`, 404, 'certificate_not_found'],
      ['GET', `${PROJECTIONS}/balances/generations/99/certificate`, 404, 'generation_not_found'],
      ['GET', `${PROJECTIONS}/balances/generations/x/certificate`, 400, 'invalid_request'],
      ['GET', `${PROJECTIONS}/balances/parked?limit=0`, 400, 'invalid_request'],
      ['GET', `${OPERATIONS}?limit=201`, 400, 'invalid_request'],
      ['GET', `${OPERATIONS}?cursor=x`, 400, 'invalid_cursor'],
      ['GET', `${OPERATIONS}?state=done`, 400, 'invalid_request'],
      ['GET', `${OPERATIONS}?projection=nothing`, 404, 'projection_not_found'],
      ['GET', `${OPERATIONS}/parked`, 404, 'operation_not_found'],
      ['GET', `${OPERATIONS}/${randomUUID()}`, 404, 'operation_not_found'],
      ['POST', `${OPERATIONS}/${randomUUID()}`, 405, 'method_not_allowed'],
      ['GET', `${PROJECTIONS}/balances/rebuild`, 405, 'method_not_allowed'],
      ['DELETE', `${PROJECTIONS}/balances`, 405, 'method_not_allowed'],
    ])('%s %s → %i %s', async (method, path, status, code) => {
      const answer = await service.send(method, path);
      expect([answer.status, answer.json.code]).toEqual([status, code]);
    });

    it('left the audit record unchanged, and caused no defect', async () => {
      expect(await count()).toBe(before);
      expect(service.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    });
  });

  it('shows the lag of every projection in every shard', async () => {
    const { text } = await service.get('/metrics');
    const series = text.split('\n').filter((line) => /^tidemark_projection_lag_(events|seconds)\{/.test(line));
    expect(series).toHaveLength(2 * NAMES.length * 64);
    expect(series).toContain('tidemark_projection_lag_events{projection="journal",region="local",shard="7"} 0');
    expect(text).toContain('tidemark_projection_shards{region="local",state="followed"} 64');
  });

  it('still answers under the older path of the audit record', async () => {
    const older = async (path: string) => {
      const answer = await fetch(`${service.api.url}${PROJECTIONS}/operations${path}`);
      return (await answer.json()) as { operations: object[] };
    };
    const first = (await audit('?limit=200')).json.operations.at(-1);
    expect((await older('?limit=200')).operations.at(-1)).toEqual(first);
    expect(await older(`/${first.operationId}`)).toEqual(first);
  });

  it('is documented', async () => {
    const { paths } = (await service.get('/openapi.json')).json;
    const { post } = paths[`${PROJECTIONS}/{projection}/rebuild`];
    expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(['202', '200', '404', '422']));
    const { post: drop } = paths[`${PROJECTIONS}/{projection}/drop`];
    expect([post.requestBody.required, drop.requestBody.required]).toEqual([false, true]);
    expect(post.requestBody.content['application/json'].schema.properties).toMatchObject({
      walletId: { $ref: '#/components/schemas/WalletId' },
      region: { type: 'string' },
      accept: { type: 'array' },
    });
    expect(Object.keys(paths).filter((path) => path.startsWith(PROJECTIONS))).toHaveLength(11);
    expect(Object.keys(paths)).toEqual(expect.arrayContaining([OPERATIONS, `${OPERATIONS}/{operationId}`]));
  });
});

describe.each(engines)('the API on $engine: who may operate projections', (engine) => {
  let service: RunningService;
  const secrets = new Map<string, string>();
  beforeAll(async () => {
    service = await RunningService.start(engine, {
      prepare: async (database) => {
        for (const scope of ['read', 'write', 'operate'] as const) {
          secrets.set(scope, await addKey(database, `the ${scope} key`, scope));
        }
      },
    });
  });
  afterAll(() => service?.close());

  it('two scopes may read, and one may request operations', async () => {
    const by = (scope: string) => bearer(secrets.get(scope)!);
    const reads = [...secrets.keys()].map(async (scope) => (await service.get(PROJECTIONS, by(scope))).status);
    expect(await Promise.all(reads)).toEqual([200, 403, 200]);
    expect((await service.get(PROJECTIONS)).status).toBe(401);
    const asks = [...secrets.keys()].map((scope) =>
      service.post(`${PROJECTIONS}/balances/verify`, {}, { headers: by(scope), key: 'same' }),
    );
    const [reader, writer, operator] = await Promise.all(asks);
    expect([reader, writer].map((answer) => [answer!.status, answer!.json.code])).toEqual([
      [403, 'insufficient_scope'],
      [403, 'insufficient_scope'],
    ]);
    expect([operator!.status, operator!.json.requestedBy]).toEqual([202, 'api:the operate key']);
    expect((await service.get(OPERATIONS, by('read'))).json.operations).toHaveLength(1);
  });

  it('the number of operations that wait for a worker is bounded', async () => {
    const asking = { headers: bearer(secrets.get('operate')!) };
    for (let i = 0; i < 99; i++) await service.post(`${PROJECTIONS}/balances/verify`, {}, asking);
    const full = await service.post(`${PROJECTIONS}/balances/verify`, {}, asking);
    expect([full.status, full.json.code]).toEqual([503, 'queue_full']);
    const again = await service.post(`${PROJECTIONS}/balances/verify`, {}, { ...asking, key: 'same' });
    expect([again.status, again.json.state]).toEqual([200, 'requested']);
  });
});

describe.each(engines)('the API on $engine: readiness and the lag of the worker beside it', (engine) => {
  it('is not ready while a live build is too far behind, and names it', async () => {
    const service = await RunningService.start(engine, { worker: { lagSecondsMax: 1 } });
    try {
      const { json: opened } = await service.post('/v1/wallets', { walletId: 'alice' });
      const ready = async () => (await service.get('/health/ready')).json;
      await expect.poll(ready, PATIENCE).toEqual({ status: 'ready' });
      const followed = await service.get(`/v1/trial-balance?minPosition=${opened.position}`);
      expect(followed.status).toBe(200);
      await service.database.query('REVOKE INSERT, UPDATE ON account_totals FROM tidemark_worker');
      await service.post('/v1/wallets/alice/deposits', { amount: '1.00', currency: 'EUR' });
      await expect.poll(ready, PATIENCE).toMatchObject({
        code: 'not_ready',
        detail: expect.stringMatching(/^the projection trial_balance is \d+\.\d s behind/),
      });
      const lag = /tidemark_projection_lag_events\{projection="trial_balance",region="local",shard="\d+"\} 1\n/;
      expect((await service.get('/metrics')).text).toMatch(lag);
      await service.database.query('GRANT INSERT, UPDATE ON account_totals TO tidemark_worker');
      await expect.poll(ready, PATIENCE).toEqual({ status: 'ready' });
    } finally {
      await service.close();
    }
  });
});
