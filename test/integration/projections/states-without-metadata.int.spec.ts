import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReadModel } from '@tidemark/application';
import { ListWalletsHandler, ListWalletsQuery } from '@tidemark/application/nest';
import { migrationsOf } from '@tidemark/database';
import { examine } from '@tidemark/doctor';
import {
  balances,
  movements,
  readFreshWallet,
  readMetadata,
  readProjectedWallet,
  readWalletAt,
} from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { encodeWallet } from '@tidemark/wallet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture } from './projections-fixture.js';

const REGIONS = ['local', 'east'] as const;
/** Texts that look like the keys at which the migration cuts, and enough others to make the state large. */
const METADATA: Record<string, string> = {
  balances: '{"EUR":["9.00","0.00"]}',
  metadata: ',"balances":{',
  'a","balances":{': '\\"},"balances":{"',
  long: '"'.repeat(3_000),
};
const TABLES = ['wallet_balances', 'statement_wallets', 'wallet_snapshots'];
const MIGRATION = '0023-states-without-metadata.sql';

/**
 * `far` was opened in one region and has its home in another. `long` has more events than one read returns. `near` is ordinary.
 */
describe.each(engines)('states hold no metadata, on $engine', (engine) => {
  let on: ProjectionsFixture;

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine, REGIONS);
    const store = await on.log.open({ limits: { snapshotEvery: 5 } });
    for (const walletId of ['far', 'long', 'near']) {
      await store.execute({ type: 'OpenWallet', walletId, homeRegion: 'local', metadata: METADATA });
      await Promise.all(Array.from({ length: 6 }, () => store.deposit(walletId, '1.00')));
    }
    await store.rehome('far', 'east');
    await store.deposit('far', '1.00');
    await store.close();
    await on.catchUp(REGIONS);
  });
  afterAll(() => on?.close());

  const owner = () => on.log.owner;
  const states = async (table: string) =>
    (
      await owner().query<{ state: string; state_version: number }>(
        `SELECT state, state_version FROM ${table} ORDER BY region, wallet_id`,
      )
    ).rows;
  /** Rewrites states to the form of version 1. */
  const writeOld = (table: string) =>
    owner().query(
      `UPDATE ${table} SET state = replace(state, '"balances":{', $1), state_version = 1 WHERE state_version = 2`,
      [`"metadata":${JSON.stringify(METADATA)},"balances":{`],
    );
  const migrateAgain = async () => {
    const text = await readFile(join(migrationsOf(engine.engine), MIGRATION), 'utf8');
    for (const statement of text.replace(/^--.*$/gm, '').split(';')) {
      if (statement.trim() !== '') await owner().query(statement);
    }
  };

  it.each(TABLES)('%s has none', async (table) => {
    const found = await states(table);
    expect(found.length).toBeGreaterThanOrEqual(3);
    for (const { state, state_version } of found) {
      expect(Number(state_version)).toBe(2);
      expect(state).not.toContain('metadata');
    }
  });

  const expectRead = async () => {
    for (const walletId of ['far', 'long', 'near']) {
      const fresh = await readFreshWallet(owner(), walletId);
      expect(fresh!.metadata, walletId).toEqual(METADATA);
      expect((await readProjectedWallet(owner(), walletId))!.metadata).toEqual(METADATA);
      const folded = await readWalletAt(owner(), walletId, { version: fresh!.wallet.version });
      expect(encodeWallet(fresh!.wallet)).toBe(encodeWallet(folded!.wallet));
      expect(folded!.metadata).toEqual(METADATA);
    }
    const list = new ListWalletsHandler(new ReadModel(owner(), REGIONS));
    const { entries } = await list.execute(new ListWalletsQuery({ limit: 10 }));
    expect(entries.map(({ walletId, region, metadata }) => ({ walletId, region, metadata }))).toEqual([
      { walletId: 'far', region: 'east', metadata: METADATA },
      { walletId: 'long', region: 'local', metadata: METADATA },
      { walletId: 'near', region: 'local', metadata: METADATA },
    ]);
  };
  const expectNothingWrong = async () => {
    for (const projection of [balances, movements]) {
      expect(await on.wrongIn(projection, { regions: REGIONS }), projection.name).toEqual([]);
    }
    const { findings } = await examine(owner(), {
      ...{ signal: new AbortController().signal, progress: () => undefined },
    });
    expect(findings).toEqual([]);
  };

  it('metadata is read from the opening event, in any region', expectRead);

  it('states of an earlier version are read unchanged', async () => {
    for (const table of TABLES) await writeOld(table);
    await expectRead();
    await expectNothingWrong();
    const restarted = await on.log.open();
    await restarted.deposit('near', '1.00');
    await on.catchUp(REGIONS);
    await expectNothingWrong();
    expect((await states('wallet_balances')).map(({ state_version }) => Number(state_version))).toEqual([1, 1, 1, 2]);
  });

  it('the migration removes the metadata from large states, and changes nothing else', async () => {
    const before = new Map<string, string[]>();
    const migrated = async (table: string) => (await states(table)).map(({ state }) => state);
    for (const table of TABLES) {
      await owner().query(`UPDATE ${table} SET state_version = 2 WHERE state_version = 1`);
      await migrateAgain(); // does not change states of version 2
    }
    for (const table of TABLES) {
      const old = `,"metadata":${JSON.stringify(METADATA)}`;
      await owner().query(`UPDATE ${table} SET state = replace(state, $1, '')`, [old]);
      before.set(table, await migrated(table));
      await writeOld(table);
    }
    await migrateAgain();
    for (const table of TABLES) {
      expect(await migrated(table), table).toEqual(before.get(table));
      expect(new Set((await states(table)).map(({ state_version }) => Number(state_version)))).toEqual(new Set([2]));
    }
    await expectNothingWrong();
  });

  it('a small state keeps its metadata until the next event', async () => {
    await owner().query(
      `UPDATE wallet_balances SET state = replace(state, '"balances":{', '"metadata":{"a":"b"},"balances":{'), state_version = 1
       WHERE wallet_id = 'near'`,
    );
    const before = await states('wallet_balances');
    await migrateAgain();
    expect(await states('wallet_balances')).toEqual(before);
  });

  it('metadata of many wallets is read up to the limit of bytes, and always that of the first', async () => {
    const bytes = Buffer.byteLength(JSON.stringify({ homeRegion: 'local', metadata: METADATA }));
    const wallets = ['long', 'far', 'nobody', 'near'].map((walletId) => ({ walletId, version: 1 }));
    const read = async (bytesMax: number) => [...(await readMetadata(owner(), wallets, bytesMax)).keys()];
    expect(await read(1)).toEqual(['far']);
    expect(await read(2 * bytes)).toEqual(['far', 'long']);
    expect(await read(3 * bytes)).toEqual(['far', 'long', 'near']);
  });

  it('an unreadable opening hides the metadata, but not the balance', async () => {
    const spoil = (to: string) =>
      owner().query(`UPDATE wallet_events SET data = $1 WHERE wallet_id = 'far' AND version = 1`, [to]);
    const { rows } = await owner().query<{ data: string }>(
      `SELECT data FROM wallet_events WHERE wallet_id = 'far' AND version = 1`,
    );
    await spoil('{');
    expect(await readFreshWallet(owner(), 'far')).toMatchObject({ metadata: {}, wallet: { version: 9 } });
    await spoil(rows[0]!.data);
  });

  it('a wallet without a row and with more events than one read returns is read completely', async () => {
    for (let i = 0; i < 3; i++) await Promise.all(Array.from({ length: 400 }, () => on.store.deposit('long', '1.00')));
    expect((await readFreshWallet(owner(), 'long'))!.wallet.version).toBe(1_207);
    await owner().query(`DELETE FROM wallet_balances WHERE wallet_id = 'long'`);
    const read = await readFreshWallet(owner(), 'long');
    expect(read).toMatchObject({ region: 'local', metadata: METADATA, wallet: { version: 1_207 } });
  });
});
