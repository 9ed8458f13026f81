import { setTimeout as sleep } from 'node:timers/promises';
import type { Action, Rebuilt, WalletRebuilt } from '@tidemark/operations';
import { ALL_PROJECTIONS } from '@tidemark/projections';
import { listBuilds } from '@tidemark/rebuilding';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture, type TestWorker } from './projections-fixture.js';

const WALLETS = Array.from({ length: 30 }, (_, i) => `w-${String(i).padStart(2, '0')}`);

describe.each(engines)('rebuilding on $engine', (engine) => {
  let on: ProjectionsFixture;
  let worker: TestWorker;
  let following: Promise<void>;
  const stopped = new AbortController();

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    await Promise.all(WALLETS.map((walletId) => on.store.openWallet(walletId)));
    await on.move(WALLETS, 300);
    worker = on.worker();
    await worker.catchUp();
    following = worker.follow(stopped.signal);
    // On CockroachDB a build begins with the log as of 2 s ago, and follows later events.
    if (engine.engine === 'cockroach') await sleep(2_500);
  });
  afterAll(async () => {
    stopped.abort();
    await following;
    await on.close();
  });

  /** Requests an operation and executes it. */
  const operate = async (action: Action, asked: object = {}, projection = 'balances') =>
    on.carryOut(await on.ask(action, asked, projection), on.database, stopped.signal);

  const live = async (projection = 'balances') =>
    (await listBuilds(on.database, projection)).find((build) => build.live)!.generation;

  it.each(ALL_PROJECTIONS.map(({ name }) => name))(
    '%s: a rebuild has the same rows as following, and is verified',
    async (name) => {
      const rebuilt = await operate('rebuild', {}, name);
      expect(rebuilt).toMatchObject({
        state: 'done',
        result: { generation: '2', verification: { breaks: 0, unexplained: 0, explained: 0 } },
      });
      expect(await on.rowsOf(name, '2')).toEqual(await on.rowsOf(name, '1'));
      const { certificate } = rebuilt.result as Rebuilt;
      expect(certificate.events).toBe(await on.log.count('wallet_events'));
    },
  );

  it('readers may be pointed to a build at once, also without new events', async () => {
    expect(await operate('swap', {}, 'movements')).toMatchObject({
      state: 'done',
      result: { generation: '2', before: '1' },
    });
    expect(await operate('rollback', {}, 'movements')).toMatchObject({ state: 'done', result: { generation: '1' } });
  });

  it('both builds are followed together, and readers are pointed to the new one and back', async () => {
    await on.move(WALLETS, 60);
    await worker.settled();
    expect(await on.rowsOf('balances', '2')).toEqual(await on.rowsOf('balances', '1'));
    expect(await operate('swap')).toMatchObject({ state: 'done', result: { generation: '2', before: '1' } });
    expect(await live()).toBe('2');
    // A repeated request does not swap back to the older build.
    expect(await operate('swap')).toMatchObject({ state: 'failed', result: { refused: true } });
    expect(await live()).toBe('2');
    expect(await operate('rollback')).toMatchObject({ state: 'done', result: { generation: '1', before: '2' } });
    expect(await live()).toBe('1');
    expect(await operate('drop', { generation: '1' })).toMatchObject({ state: 'failed', result: { refused: true } });
    expect(await operate('drop', { generation: '2' })).toMatchObject({ state: 'done' });
    expect(await on.rowsOf('balances', '2')).toEqual([]);
  });

  it('a balance that was changed by hand is reported, and the swap that repairs it must name it too', async () => {
    await on.log.owner.query(
      `UPDATE wallet_balances SET state = replace(state, '"EUR":["', '"EUR":["9') WHERE wallet_id = 'w-07'`,
    );
    const rebuilt = await operate('rebuild');
    const { verification, generation } = rebuilt.result as Rebuilt;
    expect(verification).toMatchObject({ breaks: 0, unexplained: 1, unexplainedWallets: ['w-07'] });
    expect(verification.differences).toMatchObject([{ walletId: 'w-07', kind: 'row_differs', generation: '1' }]);
    expect(await operate('swap')).toMatchObject({ state: 'failed', result: { refused: true } });
    expect(await live()).toBe('1');
    expect(await operate('swap', { accept: ['w-08'] })).toMatchObject({ state: 'failed' });
    expect(await operate('swap', { accept: ['w-07'] })).toMatchObject({
      state: 'done',
      result: { accepted: ['w-07'] },
    });
    expect(await live()).toBe(generation);
    expect(await operate('verify', { generation })).toMatchObject({ result: { breaks: 0, unexplained: 0 } });
  });

  it('one wallet is rebuilt in place', async () => {
    const before = await on.rowsOf('balances', await live());
    await on.log.owner.query(
      `UPDATE wallet_balances SET state = replace(state, '"EUR":["', '"EUR":["9') WHERE wallet_id = 'w-11'`,
    );
    expect(await on.rowsOf('balances', await live())).not.toEqual(before);
    const [rebuilt] = await Promise.all([operate('rebuild', { walletId: 'w-11' }), worker.settled()]);
    expect(rebuilt.result).toMatchObject({ walletId: 'w-11', differences: [{ kind: 'row_differs' }, {}] });
    expect(await on.rowsOf('balances', await live())).toEqual(before);
    const lines = await on.rowsOf('movements', await live('movements'));
    await on.log.owner.query(`DELETE FROM wallet_movements WHERE wallet_id = 'w-11' AND generation = 1`);
    const [again] = await Promise.all([operate('rebuild', { walletId: 'w-11' }, 'movements'), worker.settled()]);
    expect((again.result as WalletRebuilt).differencesCount).toBeGreaterThan(0);
    expect(await on.rowsOf('movements', '1')).toEqual(lines);
    const healthy = await operate('rebuild', { walletId: 'w-11' }, 'movements');
    expect(healthy.result).toMatchObject({ differences: [], differencesCount: 0 });
    expect(await operate('rebuild', { walletId: 'w-11' }, 'daily_totals')).toMatchObject({
      state: 'failed',
      result: { refused: true },
    });
    expect(await operate('rebuild', { walletId: 'nobody' })).toMatchObject({
      state: 'failed',
      result: { reason: 'there is no wallet nobody', refused: true, notFound: true },
    });
  });

  it('rows of a wallet that is not in the log are removed', async () => {
    for (const [name, tables] of [
      ['balances', ['wallet_balances']],
      ['movements', ['statement_wallets', 'wallet_movements']],
      ['journal', ['journal_entries']],
    ] as const) {
      const generation = await live(name);
      const before = await on.rowsOf(name, generation);
      for (const table of tables) {
        const row = `jsonb_populate_record(t, '{"wallet_id": "ghost"}')`;
        await on.log.owner.query(
          `INSERT INTO ${table} SELECT (${row}).* FROM ${table} t WHERE wallet_id = 'w-03' AND generation = $1::int8`,
          [generation],
        );
      }
      expect(await on.rowsOf(name, generation), name).not.toEqual(before);
      const [rebuilt] = await Promise.all([operate('rebuild', { walletId: 'ghost' }, name), worker.settled()]);
      const { removed, differences, rows } = rebuilt.result as WalletRebuilt;
      expect([removed, rows], name).toMatchObject([true, [{ generation, region: 'local', after: null }]]);
      const kinds = new Set(differences.map(({ kind, walletId }) => `${walletId} ${kind}`));
      expect([...kinds].sort(), name).toEqual([
        ...(name === 'balances' ? [] : ['ghost line_without_event']),
        ...(name === 'journal' ? [] : ['ghost row_without_events']),
      ]);
      expect(await on.rowsOf(name, generation), name).toEqual(before);
      expect(await operate('rebuild', { walletId: 'ghost' }, name)).toMatchObject({ result: { notFound: true } });
    }
  });

  it('differences of sums can be accepted, and a refusal counts only differences that are not accepted', async () => {
    const spoil = `UPDATE account_totals SET debit = debit + 1 WHERE generation = 1 AND shard = ANY($1::int2[])`;
    const { rows } = await on.log.owner.query<{ shard: number }>(
      `SELECT DISTINCT shard FROM account_totals WHERE generation = 1 AND account = 'wallets' ORDER BY shard LIMIT 2`,
    );
    await on.log.owner.query(`${spoil} AND account = 'wallets'`, [rows.map(({ shard }) => shard)]);
    const totals = await operate('rebuild', {}, 'trial_balance');
    expect((totals.result as Rebuilt).verification).toMatchObject({ unexplainedSums: 2, unexplainedWallets: [] });
    const refusal = async (accept: readonly string[] | undefined, name: string) => {
      const { state, result } = await operate('swap', accept ? { accept } : {}, name);
      expect(state).toBe('failed');
      return (result as { reason: string }).reason;
    };
    expect(await refusal(['w-01'], 'trial_balance')).toMatch(/: 2 sums\. .*\(--accept sums, or all\)$/);
    expect(await operate('swap', { accept: ['sums'] }, 'trial_balance')).toMatchObject({
      state: 'done',
      result: { accepted: ['sums'] },
    });
    await on.log.owner.query(
      `UPDATE wallet_balances SET state = replace(state, '"EUR":["', '"EUR":["9') WHERE wallet_id IN ('w-01', 'w-02')
       AND generation = $1::int8`,
      [await live()],
    );
    expect(await operate('rebuild')).toMatchObject({ state: 'done' });
    expect(await refusal(undefined, 'balances')).toMatch(/: 2 wallets \(w-01, w-02\)\. /);
    expect(await refusal(['w-01', 'sums'], 'balances')).toMatch(
      /: 1 wallet \(w-02\)\. .*\(--accept WALLETS, or all\)$/,
    );
    expect(await operate('swap', { accept: ['w-01', 'w-02'] })).toMatchObject({ state: 'done' });
  });
});
