import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cockroachOnPath, connect, type Database, migrate, migrationsOf, spreadOverRegions } from '@tidemark/database';
import { LocalCluster } from '@tidemark/local-cluster';
import { describe, expect, it } from 'vitest';
import { eur, standing, TestStore } from './log/log-fixture.js';

const BASE_PORT = 29_300;
const FULL = migrationsOf('cockroach');
/** The first migrations that a database from before keys belonged to callers does not have: of the schema, and of its regions. */
const FIRST_NEW = '0021';
const FIRST_NEW_OF_REGIONS = '0006';

describe.skipIf(!cockroachOnPath())('an upgrade of a database over three regions', () => {
  it('adds callers to keys, keeps rows in their region, and finds former outcomes', async () => {
    await using open = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), 'tidemark-regions-'));
    open.defer(() => rm(directory, { recursive: true, force: true }));
    const cluster = await LocalCluster.up({ directory, basePort: BASE_PORT, log: () => undefined });
    open.defer(async () => void (await cluster.down()));
    const old = join(directory, 'old');
    const regional = 'multi-region';
    for (const [folder, firstNew] of [
      ['', FIRST_NEW],
      [regional, FIRST_NEW_OF_REGIONS],
    ] as const) {
      const files = (await readdir(join(FULL, folder))).filter((name) => name.endsWith('.sql') && name < firstNew);
      for (const name of files) await cp(join(FULL, folder, name), join(old, folder, name));
    }
    const url = cluster.sqlUrl('eu-west', 'upgrade');
    await migrate({ url, directory: old });
    await spreadOverRegions({ url, directory: join(old, regional), survive: 'region' });
    const owner = open.adopt(await connect({ url, applicationName: 'test-owner' }), (each) => each.close());
    const deposit = { type: 'Deposit', walletId: 'e', movementId: 'm', amount: eur('1.00'), details: {} } as const;
    await writeAsBefore(owner, JSON.stringify(deposit)); // the hash that `TestStore` makes

    await migrate({ url, directory: FULL });
    await spreadOverRegions({ url, directory: join(FULL, regional), survive: 'region' });
    const facts = await owner.query<{ create_statement: string }>('SHOW CREATE TABLE wallet_facts');
    expect(facts.rows[0]!.create_statement).toMatch(/LOCALITY REGIONAL BY ROW AS crdb_region/);
    const { rows } = await owner.query<{ create_statement: string }>('SHOW CREATE TABLE command_outcomes');
    expect(rows[0]!.create_statement).toMatch(
      /PRIMARY KEY \(region ASC, wallet_id ASC, idempotency_key ASC, caller ASC\)/,
    );
    expect(rows[0]!.create_statement).toMatch(/LOCALITY REGIONAL BY ROW AS crdb_region/);
    expect(rows[0]!.create_statement).not.toMatch(/UNIQUE INDEX/);

    const there = { url: cluster.sqlUrl('eu-east', 'upgrade'), role: 'tidemark_api', applicationName: 'test' } as const;
    const database = open.adopt(await connect(there), (each) => each.close());
    const store = open.adopt(new TestStore({ database }), (each) => each.close());
    expect(await store.execute(deposit, 'old')).toMatchObject({ replayed: true, ofNoCaller: true });
    expect(standing(await store.as('a').deposit('e', '1.00', 'new'))).toEqual([2, '1.00']);
    expect(standing(await store.as('b').deposit('e', '1.00', 'new'))).toEqual([3, '2.00']);
  }, 600_000);
});

/** A wallet in `eu-east` with a rejection under the key `old`. */
async function writeAsBefore(owner: Database, requestHash: string): Promise<void> {
  await owner.query(`INSERT INTO wallets (wallet_id, region) VALUES ('e', 'eu-east')`);
  await owner.query(
    `INSERT INTO wallet_events (region, wallet_id, version, shard, recorded_at, type, schema_version, data, metadata, hash)
     VALUES ('eu-east', 'e', 1, 1, now(), 'WalletOpened', 1, '{"homeRegion":"eu-east","metadata":{}}',
             '{"caller":"x","idempotencyKey":"o","requestHash":"h"}', '\\x00')`,
  );
  await owner.query(
    `INSERT INTO command_outcomes (region, wallet_id, idempotency_key, request_hash, recorded_at, result)
     VALUES ('eu-east', 'e', 'old', $1::text, now(), '{"kind":"rejected","code":"insufficient_funds","details":{}}')`,
    [requestHash],
  );
}
