import { ReadModel } from '@tidemark/application';
import { ListWalletsHandler, ListWalletsQuery } from '@tidemark/application/nest';
import {
  ALL_PROJECTIONS,
  balances,
  journal,
  movements,
  projectionNamed,
  readFreshWallet,
  readProjectedWallet,
  readWalletAt,
} from '@tidemark/projections';
import { compareWithLog } from '@tidemark/rebuilding';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ProjectionsFixture } from './projections-fixture.js';

const WALLETS = Array.from({ length: 6 }, (_, i) => `t-${i}`);

/** Tables of the read model were changed by hand, in ways in which no worker changes them. */
describe.each(engines)('tables changed by hand, on $engine', (engine) => {
  let on: ProjectionsFixture;
  const sql = (text: string, values: unknown[] = []) => on.log.owner.query<Record<string, unknown>>(text, values);

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    await Promise.all(WALLETS.map((walletId) => on.store.openWallet(walletId)));
  });
  beforeEach(async () => {
    await on.move(WALLETS, 24);
    await on.catchUp();
  });
  afterAll(() => on.close());

  const named = async (projection: string) => {
    const { differences } = await compareWithLog(on.database, projectionNamed(projection)!, ['1'], {
      regions: ['local'],
    });
    return differences.get('1')!.listed.map(({ walletId, kind, version }) => ({ walletId, kind, version }));
  };
  const expectAllAsTheLogSays = async () => {
    for (const projection of ALL_PROJECTIONS) expect(await on.wrongIn(projection), projection.name).toEqual([]);
  };

  it.each([
    ['wallet_movements', 't-1'],
    ['journal_entries', 't-2'],
  ])('a line of %s in the place of the next one stops no worker, and is replaced', async (table, walletId) => {
    const next = (await on.log.versions(walletId)).length + 1;
    const columns = (await sql(`SELECT * FROM ${table} WHERE wallet_id = $1 ORDER BY version DESC LIMIT 1`, [walletId]))
      .rows[0]!;
    const names = Object.keys(columns);
    await sql(
      `INSERT INTO ${table} SELECT ${names.map((name) => (name === 'version' ? `${next}` : name)).join(', ')}
       FROM ${table} WHERE wallet_id = $1 AND version = $2`,
      [walletId, columns['version']],
    );
    await on.store.deposit(walletId, '5.00');
    await on.move(WALLETS, 6);
    const [worker] = await on.catchUp();
    expect(worker!.failures).toEqual([]);
    await expectAllAsTheLogSays();
  });

  it('a line for an event that does not exist is found', async () => {
    const after = (await on.log.versions('t-3')).length + 7;
    await sql(
      `INSERT INTO wallet_movements (generation, region, wallet_id, version, position, type, movement_id, amount, currency,
                                     balance_after, recorded_at)
       SELECT generation, region, wallet_id, $1, position, type, movement_id, amount, currency, balance_after, recorded_at
       FROM wallet_movements WHERE wallet_id = 't-3' AND version = 2`,
      [after],
    );
    expect(await named('movements')).toEqual([{ walletId: 't-3', kind: 'line_without_event', version: after }]);
    await sql(`DELETE FROM wallet_movements WHERE wallet_id = 't-3' AND version = $1`, [after]);
    expect(await named('movements')).toEqual([]);
  });

  it.each(['0', '-1'])('a line for a version %s is found', async (version) => {
    const first = 't-0'; // the first wallet, before its first event
    await sql(
      `INSERT INTO wallet_movements (generation, region, wallet_id, version, position, type, movement_id, amount, currency,
                                     balance_after, recorded_at)
       SELECT generation, region, wallet_id, $1, position, type, movement_id, amount, currency, balance_after, recorded_at
       FROM wallet_movements WHERE wallet_id = $2 AND version = 2`,
      [version, first],
    );
    expect(await named('movements')).toEqual([
      { walletId: first, kind: 'line_without_event', version: Number(version) },
    ]);
    await sql(`DELETE FROM wallet_movements WHERE wallet_id = $2 AND version = $1`, [version, first]);
  });

  it.each(['{"version', '{"version":2,"balances":{"EUR":["1.0O","0.00"]}}'])(
    'an unreadable state is found, and stops no worker: %s',
    async (state) => {
      for (const table of ['wallet_balances', 'statement_wallets']) {
        await sql(`UPDATE ${table} SET state = $1 WHERE wallet_id = 't-5'`, [state]);
      }
      expect(await named('balances')).toMatchObject([{ walletId: 't-5', kind: 'row_differs' }]);
      expect(await named('movements')).toMatchObject([{ walletId: 't-5', kind: 'row_differs' }]);
      const { differences } = await compareWithLog(on.database, balances, ['1'], { regions: ['local'] });
      expect(differences.get('1')!.listed[0]!.found).toContain(JSON.stringify(state));
      const folded = await readWalletAt(on.log.owner, 't-5', { version: Number.MAX_SAFE_INTEGER });
      expect(await readFreshWallet(on.log.owner, 't-5')).toEqual(folded);
      expect((await readProjectedWallet(on.log.owner, 't-5'))!.wallet).toEqual(folded!.wallet);
      const list = new ListWalletsHandler(new ReadModel(on.log.owner, ['local']));
      const { entries } = await list.execute(new ListWalletsQuery({ limit: 100, prefix: 't-5' }));
      expect(entries[0]!.wallet).toEqual(folded!.wallet);
      for (const walletId of WALLETS) await on.store.deposit(walletId, '1.00');
      const [worker] = await on.catchUp();
      expect([worker!.failures, worker!.parked]).toEqual([[], []]);
      await expectAllAsTheLogSays();
    },
  );

  it('a wrong position of a row is found, because callers wait for positions', async () => {
    await sql(`UPDATE wallet_balances SET position = position - 1 WHERE wallet_id = 't-4'`);
    expect(await named('balances')).toMatchObject([{ walletId: 't-4', kind: 'row_differs' }]);
    await sql(`UPDATE wallet_balances SET position = position + 1 WHERE wallet_id = 't-4'`);
    expect(await named('balances')).toEqual([]);
  });

  it('a row that the same worker wrote last is repaired by the next event of its wallet', async () => {
    const worker = on.worker();
    await worker.catchUp();
    await on.move(WALLETS, 24);
    await worker.catchUp();
    await sql(`UPDATE wallet_balances SET version = version + 5, state = replace(state, '"EUR"', '"USD"')`);
    await sql(`DELETE FROM statement_wallets WHERE wallet_id = 't-1'`);
    expect(await named('balances')).not.toEqual([]);
    for (const walletId of WALLETS) await on.store.deposit(walletId, '1.00');
    await worker.catchUp();
    expect(worker.failures).toEqual([]);
    await expectAllAsTheLogSays();
    await worker.follower.release();
  });

  it('rows of statements that were set back, without their lines, are repaired by following', async () => {
    await sql(`CREATE TABLE yesterday AS SELECT * FROM statement_wallets`);
    await on.move(WALLETS, 24);
    await on.catchUp();
    await sql(`DELETE FROM statement_wallets`);
    await sql(`INSERT INTO statement_wallets SELECT * FROM yesterday`);
    for (const walletId of WALLETS) await on.store.deposit(walletId, '1.00');
    const [worker] = await on.catchUp();
    expect(worker!.failures).toEqual([]);
    await expectAllAsTheLogSays();
  });

  it('checkpoints that were set back to the start, without the rows: projections with rows or lines end in the same state', async () => {
    const before = await Promise.all([balances, movements, journal].map(({ name }) => on.rowsOf(name)));
    await sql(
      `UPDATE shard_checkpoints SET position = 0, commit_id = '00000000-0000-0000-0000-000000000000'
       WHERE projection IN ('balances', 'movements', 'journal')`,
    );
    const [worker] = await on.catchUp(['local'], { limits: { commitsMax: 3, eventsMax: 10 } });
    expect(worker!.failures).toEqual([]);
    expect(await Promise.all([balances, movements, journal].map(({ name }) => on.rowsOf(name)))).toEqual(before);
  });

  it('checkpoints that were set back to the start, without the sums: events are counted twice, and this is found', async () => {
    await sql(
      `UPDATE shard_checkpoints SET position = 0, commit_id = '00000000-0000-0000-0000-000000000000'
       WHERE projection = 'daily_totals'`,
    );
    await on.catchUp();
    const found = await named('daily_totals');
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['sum_differs']));
  });
});
