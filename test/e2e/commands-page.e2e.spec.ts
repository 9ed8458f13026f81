import { setTimeout as sleep } from 'node:timers/promises';
import { examine } from '@tidemark/doctor';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectShown, requestsOf, shown } from './page-examples.js';
import { RunningService, type Answer } from './running-service.js';

/** On CockroachDB an examination reads the log as of 0.25 s ago. */
const SETTLE_MS = 300;

/** Not a command on a wallet, so it has no dry run. */
const NO_DRY_RUN = '/v1/accounts';

/** All requests of the page. The answers must have the ids that the page shows. */
const examples = requestsOf('commands.md');

const withoutRequest = ({ status, json: { requestId: _, ...rest } }: Answer) => ({ status, ...rest });

describe.each(engines)('docs/commands.md on $engine', (engine) => {
  let service: RunningService;
  beforeAll(async () => (service = await RunningService.start(engine, { worker: true })));
  afterAll(() => service?.close());

  it('has the examples of all sections', () => expect(examples.length).toBeGreaterThan(25));

  it('shows the answer of each of its commands, in order', async () => {
    for (const example of examples) {
      const { path, key, body, expected } = example;
      const before = await service.counts();
      if (key === undefined || body === undefined || path.includes('?') || path === NO_DRY_RUN) {
        await expectShown(service, example);
        expect(await service.counts(), example.command).toEqual(before);
        continue;
      }
      const dry = await service.post(`${path}?dryRun=true`, JSON.parse(body), { key });
      expect(await service.counts(), key).toEqual(before);
      const answer = await service.post(path, JSON.parse(body), { key });
      expect(shown(answer, expected), `${key}: ${answer.text}`).toBe(expected);
      // A dry run of the same request gave the same answer before, and did not use up the key.
      if (answer.status >= 400) expect(withoutRequest(dry), key).toEqual(withoutRequest(answer));
      else {
        expect([dry.status, dry.headers.get('tidemark-dry-run'), dry.headers.get('etag')], key).toEqual([
          200,
          'true',
          null,
        ]);
        expect({ ...dry.json, position: answer.json.position }, key).toEqual(answer.json);
      }
    }
  });

  it('has commands whose keys a later dry run finds used', async () => {
    const { path, key, body } = examples[0]!;
    const again = await service.post(`${path}?dryRun=true`, JSON.parse(body!), { key: key! });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(
      (await service.post(`${path}?dryRun=true`, { walletId: 'ann', metadata: { a: 'b' } }, { key: key! })).json.code,
    ).toBe('idempotency_key_reused');
  });

  it('leaves the balances that the examples add up to', async () => {
    const { json: ann } = await service.get('/v1/wallets/ann');
    // 100 − captures of 15, 10 and 5 + 19.50 settled − 30 settled + 20 − 12 − 8 of bank-a + 3 − 3 of INV-7 + 10 from ben + 7 of ann-2
    expect(ann).toMatchObject({
      metadata: { tier: 'gold' },
      status: 'open',
      balances: [{ posted: '76.50', held: '0.00', pendingIn: '0.00', pendingOut: '0.00', available: '76.50' }],
    });
    expect((await service.get('/v1/wallets/ben')).json.status).toBe('archived');
  });

  it('leaves the limits that it says', async () => {
    const { json } = await service.get('/v1/wallets/lena/limits');
    expect(json.limits).toMatchObject([
      { name: 'few', per: 'week', rolling: true, amount: null, currency: null, count: 5, usedCount: 0, freesAt: null },
      { name: 'at-once', per: 'movement', kind: 'transfer', amount: '10.00', currency: 'EUR', used: '0.00' },
      { name: 'most', per: 'balance', amount: '500.00', used: '70.00' },
    ]);
    expect((await service.get('/v1/wallets/nobody/limits')).json.code).toBe('wallet_not_found');
  });

  it('leaves a log in which doctor finds nothing', async () => {
    if (engine.engine === 'cockroach') await sleep(SETTLE_MS);
    const { signal } = new AbortController();
    const { findings, checked } = await examine(service.database, { signal, progress: () => undefined });
    expect(findings).toEqual([]);
    const opened = examples.filter(({ path, expected }) => path === '/v1/wallets' && expected === '201');
    expect(checked).toMatchObject({ wallets: opened.length });
  });
});
