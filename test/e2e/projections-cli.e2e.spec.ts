import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';
import { RunningService } from './running-service.js';

/** On CockroachDB a build begins with the log as of 2 s ago. Later events are followed. */
const READABLE_AFTER_MS = 2_500;

describe.each(engines)('tidemark projections on $engine', (engine) => {
  let service: RunningService;
  let at: Workplace;

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    at = new Workplace(service.database.url);
    for (const walletId of ['alice', 'bob']) {
      await service.post('/v1/wallets', { walletId });
      const deposit = { amount: '10.00', currency: 'EUR' };
      const { json } = await service.post(`/v1/wallets/${walletId}/deposits`, deposit);
      for (const list of ['wallets', 'journal', 'trial-balance', 'daily-totals']) {
        await service.get(`/v1/${list}?minPosition=${json.position}`);
      }
    }
    await sleep(READABLE_AFTER_MS);
  });
  afterAll(async () => {
    await service?.close();
    at?.leave();
  });

  const projections = (...args: string[]) => at.run('projections', ...args);

  it.each([
    ['there is no wallet nobody', ['rebuild', 'balances', '--wallet', 'nobody']],
    ['there is no region atlantis: local', ['rebuild', 'balances', '--region', 'atlantis']],
    ['there is no region atlantis: local', ['diff', 'balances', '--region', 'atlantis']],
    ['there is no wallet "nobody"', ['doctor', '--wallet', 'nobody']],
  ])('%s: exit code 2', async (message, args) => {
    const { code, stdout, stderr } = await (args[0] === 'doctor' ? at.run(...args) : projections(...args));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`tidemark: ${message}`);
  });

  it.each<[string, string[]]>([
    ['--region: either a wallet or a region is rebuilt', ['--wallet', 'alice', '--region', 'local']],
    ['--swap: one wallet is built in place: there is nothing to swap', ['--wallet', 'alice', '--swap']],
    [
      '--latency: one wallet is built in place, at once: there is nothing to hold back',
      ['--wallet', 'alice', '--latency', '2'],
    ],
    ['--accept: only a swap accepts differences: leave this out, or swap', ['--accept', 'all']],
    [
      '--wallet: must have 1 to 64 characters of A–Z a–z 0–9 . _ : - and begin with a letter or digit',
      ['--wallet', ''],
    ],
    ['--region: must be the name of a region', ['--region', '']],
  ])('refuses options without a meaning at once: %s', async (message, options) => {
    const ended = await projections('rebuild', 'balances', ...options);
    expect(ended).toEqual({ code: 2, stdout: '', stderr: `tidemark: ${message}\n` });
  });

  it('diff compares one region', async () => {
    const { code, stdout } = await projections('diff', 'balances', '--region', 'local');
    expect([code, stdout]).toEqual([0, 'balances in local: 2 wallets, 4 events: a rebuild would change nothing\n']);
  });

  it('prints that rows of an unknown wallet were deleted', async () => {
    await service.database.query(
      `INSERT INTO wallet_balances
       SELECT (jsonb_populate_record(t, '{"wallet_id": "ghost"}')).* FROM wallet_balances t WHERE wallet_id = 'bob'`,
    );
    const { code, stdout } = await projections('rebuild', 'balances', '--wallet', 'ghost');
    expect([code, stdout.trimEnd().split('\n')]).toEqual([
      0,
      [
        expect.stringMatching(/^ghost \(generation 1, local\): there is a row, and no event: the build \[.+10\.00/),
        'ghost is not in the log: its rows in balances were deleted',
      ],
    ]);
  });

  it('the audit record is read page by page', async () => {
    await service.database.query(
      `INSERT INTO projection_operations (operation_id, requested_at, requested_by, action, projection, arguments, state)
       SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, '2020-01-01T00:00:00Z', 'test', 'verify',
              'journal', '{}', 'failed' FROM generate_series(1, 201) AS n`,
    );
    const first = await projections('audit', 'journal');
    const [older] = first.stdout.trimEnd().split('\n').slice(-1);
    const before = '00000000-0000-4000-8000-000000000002';
    expect(older).toBe(`older ones: tidemark projections audit journal --before ${before}`);
    const { json } = await at.json('projections', 'audit', 'journal', '--before', before);
    expect(json).toMatchObject({ operations: [{ operationId: '00000000-0000-4000-8000-000000000001' }], next: null });
    expect(json.operations).toHaveLength(1);
    expect(await projections('audit', '--before', 'x')).toMatchObject({
      code: 2,
      stderr: 'tidemark: --before: there is no operation x\n',
    });
  });

  it('proposes to drop builds that are kept up to date but not live', async () => {
    const hints = async () =>
      (await projections('list')).stdout.split('\n').filter((line) => line.includes('is kept up to date'));
    const drop = (n: number) => `to delete it: tidemark projections drop movements ${n}`;
    expect(await hints()).toEqual([]);
    const rebuilt = await projections('rebuild', 'movements', '--latency', '0');
    expect(rebuilt).toMatchObject({ code: 0 });
    expect(await hints()).toEqual([`movements 2 is kept up to date but is not live; ${drop(2)}`]);
    const back = `movements 1 is kept up to date for a rollback; ${drop(1)}`;
    const swapped = await projections('swap', 'movements');
    expect([swapped.code, swapped.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, back]);
    expect(await hints()).toEqual([back]);
    expect((await at.run('projections', 'list', '--json')).stdout).not.toContain('is kept up to date');
    expect(await projections('drop', 'movements', '1')).toMatchObject({ code: 0 });
    expect(await hints()).toEqual([]);
    // The build of all regions is kept behind a region's own build. It cannot be dropped, and the CLI does not propose it.
    const own = await projections('rebuild', 'movements', '--region', 'local', '--swap', '--latency', '0');
    expect(own).toMatchObject({ code: 0, stdout: expect.not.stringContaining('is followed') as string });
    expect(await hints()).toEqual([]);
  });
});
