import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutsideAccounts, ReadModel } from '@tidemark/application';
import {
  GetMovementHandler,
  GetMovementQuery,
  GetOutcomeHandler,
  GetOutcomeQuery,
  GetStatementHandler,
  GetStatementQuery,
  ListMovementsHandler,
  ListMovementsQuery,
  ListWalletsHandler,
  ListWalletsQuery,
} from '@tidemark/application/nest';
import { cockroachOnPath, connect, type Database, migrate, migrationsOf, spreadOverRegions } from '@tidemark/database';
import { readCommits, readWalletEvents, regionsOf, LOG_START, NO_COMMIT_ID } from '@tidemark/event-store';
import { LocalCluster, REGIONS, type Region } from '@tidemark/local-cluster';
import { openProjections, RegionFollower } from '@tidemark/following';
import { findOperation, OperationRunner, requestOperation } from '@tidemark/operations';
import { balances, liveBuilds, movements, readFreshWallet, readProjectedWallet } from '@tidemark/projections';
import { engines, freshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standing, TestStore, verdict, watched } from './log/log-fixture.js';

const MULTI_REGION = join(migrationsOf('cockroach'), 'multi-region');
/** Different from the ports of `npm run cluster`, which may be in use. */
const BASE_PORT = 28_600;
const DATABASE = 'regions';
/** Half a minute on a quiet machine; spreading a schema takes minutes on one with ten processes for two cores. */
const SETUP_MS_MAX = 600_000;

/** One cluster for all tests: its start and the spreading of a schema take most of the time. */
describe.skipIf(!cockroachOnPath())('a database over three regions', () => {
  let directory: string;
  let cluster: LocalCluster;
  const opened: Database[] = [];
  const stores: TestStore[] = [];
  /** The last statement of each shape. */
  const statements = new Map<string, { text: string; values: unknown[] }>();

  const openIn = async (region: Region) => {
    const database = await connect({
      url: cluster.sqlUrl(region, DATABASE),
      role: 'tidemark_api',
      applicationName: `test-${region}`,
      poolSize: 6,
    });
    opened.push(database);
    return database;
  };
  const storeIn = async (region: Region) => {
    const database = watched(await openIn(region), (text, values) => {
      const [, kind = text.trim().slice(0, 40)] = /(new_\w+|load|k\.wallet_id AS known_id)/.exec(text) ?? [];
      statements.set(`${kind} with ${values.length} values`, { text, values });
    });
    const store = new TestStore({ database });
    stores.push(store);
    return store;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidemark-regions-'));
    cluster = await LocalCluster.up({ directory, basePort: BASE_PORT, log: () => undefined });
    const url = cluster.sqlUrl('eu-west', DATABASE);
    await migrate({ url, directory: migrationsOf('cockroach') });
    const owner = await connect({ url, applicationName: 'test-owner' });
    const before = new TestStore({ database: owner });
    await before.openWallet('from-before');
    await before.deposit('from-before', '7.00');
    await before.close();
    const positions = await owner.query('SELECT version, position::text FROM wallet_events ORDER BY version');
    await spreadOverRegions({ url, directory: MULTI_REGION, survive: 'region' });
    expect(await owner.query('SELECT version, position::text FROM wallet_events ORDER BY version')).toEqual(positions);
    await owner.close();
  }, SETUP_MS_MAX);

  afterAll(async () => {
    for (const store of stores) await store.close();
    for (const database of opened) await database.close();
    await cluster.down();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  it('may be spread again, and lists the regions for wallets, its own region first', async () => {
    const url = cluster.sqlUrl('eu-east', DATABASE);
    const spread = await spreadOverRegions({ url, directory: MULTI_REGION, survive: 'region' });
    expect(spread).toEqual({ primary: 'eu-west', regions: [...REGIONS].sort(), survive: 'region' });
    const regions = await regionsOf(await openIn('eu-east'));
    expect(regions.homes[0]).toBe('eu-east');
    expect([...regions.homes].sort()).toEqual([...REGIONS].sort());
    expect(regions.logs).toContain('local');
  });

  it('keeps its data, and takes commands from any region', async () => {
    const store = await storeIn('eu-east');
    expect(standing(await store.deposit('from-before', '1.00'))).toEqual([3, '8.00']);
  });

  it('opens a wallet id once in all regions', async () => {
    const three = await Promise.all(REGIONS.map((region) => storeIn(region)));
    for (let i = 0; i < 5; i++) {
      const outcomes = await Promise.all(three.map((store, n) => store.openWallet(`once-${i}`, undefined, REGIONS[n])));
      expect(outcomes.map(verdict).sort()).toEqual(['accepted', 'wallet_already_open', 'wallet_already_open']);
    }
  });

  it('knows an account of the outside in every region, read from a copy nearby', async () => {
    const [east, west] = [await openIn('eu-east'), await openIn('eu-west')];
    const there = await OutsideAccounts.load(west);
    expect(await (await OutsideAccounts.load(east)).define({ name: 'bank-a', description: '' })).toBe(true);
    await sleep(1_100); // looked for again at most once a second
    expect(await there.isDefined('bank-a')).toBe(true);
    const { rows } = await west.query<{ locality: string }>(
      `SELECT locality FROM [SHOW TABLES] WHERE table_name = 'outside_accounts'`,
    );
    expect(rows).toEqual([{ locality: 'GLOBAL' }]);
  });

  it('moves money across regions in one statement, at one position in both', async () => {
    const store = await storeIn('eu-central');
    await store.openWallet('w', undefined, 'eu-west');
    await store.openWallet('e', undefined, 'eu-east');
    await store.deposit('w', '9.00');
    const { result } = await store.transfer('w', 'e', '2.00');
    const database = await openIn('eu-east');
    const [sent] = (await readWalletEvents(database, { walletId: 'w', after: 2, limit: 1 }))!;
    const [received] = (await readWalletEvents(database, { walletId: 'e', after: 1, limit: 1 }))!;
    expect(result).toMatchObject({ kind: 'accepted', position: sent!.position });
    expect(received).toMatchObject({ position: sent!.position, region: 'eu-east', type: 'TransferReceived' });
    for (const region of ['eu-west', 'eu-east']) {
      const after = { position: LOG_START.cockroach, commitId: NO_COMMIT_ID };
      const commits = await readCommits(database, { region, after, limit: 100 });
      expect(commits.map(({ position }) => position)).toContain(sent!.position);
    }
  });

  it('every row is stored in the region of its key, and its position is its commit timestamp', async () => {
    const { rows } = await (
      await openIn('eu-west')
    ).query<{ elsewhere: string; otherwise: string }>(
      `SELECT count(*) FILTER (WHERE region <> 'local' AND crdb_region::text <> region) AS elsewhere,
              count(*) FILTER (WHERE region <> 'local' AND position <> crdb_internal_mvcc_timestamp) AS otherwise
       FROM wallet_events`,
    );
    expect(rows).toEqual([{ elsewhere: '0', otherwise: '0' }]);
  });

  it('rehomes a wallet, and a process in another region detects it by a conflict', async () => {
    const [west, east] = [await storeIn('eu-west'), await storeIn('eu-east')];
    await west.openWallet('nomad', undefined, 'eu-west');
    await east.deposit('nomad', '5.00', 'd');
    expect(verdict(await west.rehome('nomad', 'eu-east'))).toBe('accepted');
    expect(standing(await east.withdraw('nomad', '1.00'))).toEqual([4, '4.00']);
    expect(standing(await west.withdraw('nomad', '1.00'))).toEqual([5, '3.00']);
    expect(await west.deposit('nomad', '5.00', 'd')).toMatchObject({ replayed: true });
    expect((await readFreshWallet(await openIn('eu-central'), 'nomad'))!.wallet.version).toBe(5);
  });

  it('rebuilds one region alone, and is read from any other', { timeout: 180_000 }, async () => {
    const worker = await connect({
      ...{ url: cluster.sqlUrl('eu-west', DATABASE), role: 'tidemark_worker', applicationName: 'test-worker' },
    });
    opened.push(worker);
    await openProjections(worker);
    const { logs } = await regionsOf(worker);
    const stopped = new AbortController();
    const following = logs.map(async (region) => {
      const observer = { applied() {}, parked() {}, failed() {} };
      const follower = new RegionFollower(worker, region, {
        ...{ projections: [balances], me: { region, id: 'test' }, observer },
      });
      while (!stopped.signal.aborted) {
        if (!(await follower.cycle())) await sleep(100);
      }
    });
    const operationId = randomUUID();
    const asked = { region: 'eu-east', swap: true };
    await requestOperation(worker, {
      ...{ operationId, requestedBy: 'test', action: 'rebuild', projection: 'balances', arguments: asked },
    });
    const runner = new OperationRunner({
      ...{ database: worker, projections: [balances], regions: logs, me: { region: 'eu-west', id: 'test' } },
      failed: () => undefined,
    });
    await runner.once(stopped.signal);
    stopped.abort();
    await Promise.all(following);
    expect(await findOperation(worker, operationId)).toMatchObject({
      ...{ state: 'done', result: { generation: '2', region: 'eu-east', certificate: { regions: ['eu-east'] } } },
    });
    const elsewhere = await openIn('eu-central');
    expect(await liveBuilds(elsewhere, 'balances')).toEqual({ generation: '1', regions: { 'eu-east': '2' } });
    const list = new ListWalletsHandler(new ReadModel(elsewhere, logs));
    const { entries } = await list.execute(new ListWalletsQuery({ limit: 100 }));
    expect(entries.map(({ walletId }) => walletId)).toEqual(expect.arrayContaining(['e', 'from-before', 'nomad', 'w']));
    const reader = watched(elsewhere, (text, values) => void statements.set(text, { text, values }));
    statements.clear();
    for (const { walletId, wallet } of entries) {
      expect((await readFreshWallet(reader, walletId))!.wallet).toEqual(wallet);
      expect((await readProjectedWallet(reader, walletId))!.wallet).toEqual(wallet);
    }
    expect(statements.size).toBe(2);
    for (const { text, values } of statements.values()) {
      const { rows } = await elsewhere.query<{ info: string }>(`EXPLAIN ${text}`, values);
      expect(rows.map(({ info }) => info).join('\n')).not.toMatch(/FULL SCAN|apply join/);
    }
  });

  it('has its statements, movements and outcomes read by key from any other region', async () => {
    const elsewhere = await openIn('eu-central');
    const { logs } = await regionsOf(elsewhere);
    const worker = await connect({
      ...{ url: cluster.sqlUrl('eu-west', DATABASE), role: 'tidemark_worker', applicationName: 'test-worker' },
    });
    opened.push(worker);
    for (const region of logs) {
      const observer = { applied() {}, parked() {}, failed() {} };
      const me = { region, id: 'reads' };
      const follower = new RegionFollower(worker, region, { projections: [movements], me, observer });
      while (await follower.cycle());
      await follower.release();
    }
    statements.clear();
    const reader = watched(elsewhere, (text, values) => void statements.set(text, { text, values }));
    const readModel = new ReadModel(reader, logs);
    for (const walletId of ['w', 'e']) {
      const found = await new GetMovementHandler(readModel).execute(
        new GetMovementQuery({ movementId: 't', walletId }),
      );
      const lines = found!.lines.map((line) => [line.walletId, line.region, line.amount.toString()]);
      expect(lines).toEqual(
        expect.arrayContaining([
          ['e', 'eu-east', '2.00'],
          ['w', 'eu-west', '-2.00'],
        ]),
      );
    }
    const from = '2020-01-01T00:00:00.000Z';
    for (const by of ['booking', 'effective'] as const) {
      const asked = new GetStatementQuery('e', { limit: 10, from, by, order: 'newest' });
      const { entries, balances } = (await new GetStatementHandler(readModel).execute(asked))!;
      expect(entries.at(-1)).toMatchObject({ type: 'TransferReceived', balanceAfter: '2.00' });
      expect(balances[0]!.opening.toString()).toBe('0.00');
    }
    const outcome = await new GetOutcomeHandler(readModel).execute(new GetOutcomeQuery('e', 'no-such-key', 'test'));
    expect(outcome).toBe('key');
    const list = await new ListMovementsHandler(readModel).execute(
      new ListMovementsQuery({ reference: 'x', limit: 5 }),
    );
    expect(list.entries).toEqual([]);
    expect(statements.size).toBeGreaterThanOrEqual(4);
    for (const { text, values } of statements.values()) {
      if (!/^\s*(SELECT|WITH)/.test(text)) continue;
      const { rows } = await elsewhere.query<{ info: string }>(`EXPLAIN ${text}`, values);
      expect(rows.map(({ info }) => info).join('\n'), text).not.toMatch(
        /table: (wallet|command)\w*@[^•]*FULL SCAN|apply join/,
      );
    }
  });

  it('no hot statement scans a table or checks a key in another region', async () => {
    const store = await storeIn('eu-east');
    await store.openWallet('plain', undefined, 'eu-east');
    await store.openWallet('other', undefined, 'eu-east');
    statements.clear();
    await store.deposit('plain', '5.00');
    await store.withdraw('plain', '9.00'); // a rejection, with the guard on its version
    await store.transfer('plain', 'other', '1.00');
    await (await storeIn('eu-east')).deposit('plain', '1.00'); // this process loads the wallet
    await store.deposit('plain', '1.00'); // loses the race: reads it and the key again
    expect([...statements.values()].some(({ text }) => text.includes('wallet_snapshots'))).toBe(true);
    expect([...statements.values()].some(({ text }) => text.includes('JOIN command_outcomes'))).toBe(true);
    expect(statements.size).toBeGreaterThanOrEqual(5);
    const database = await openIn('eu-east');
    for (const [kind, { text, values }] of statements) {
      const { rows } = await database.query<{ info: string }>(`EXPLAIN ${text}`, values);
      const plan = rows.map(({ info }) => info).join('\n');
      expect(plan, kind).not.toMatch(/FULL SCAN|constraint-check|uniqueness|apply join|inner loop/i);
    }
  });

  it('a deposit in the home region waits one round trip for the quorum, and not for the distance to the caller', async () => {
    const [near, far] = [await storeIn('eu-east'), await storeIn('eu-west')];
    await cluster.slow(60);
    try {
      const timed = async (store: TestStore) => {
        const all: number[] = [];
        for (let i = 0; i < 5; i++) {
          const startedAt = performance.now();
          await store.deposit('plain', '0.01');
          all.push(performance.now() - startedAt);
        }
        return all.sort((a, b) => a - b)[2]!;
      };
      expect(await timed(near)).toBeGreaterThanOrEqual(59);
      // Leaseholders move to their home regions some time after the schema was spread.
      await expect.poll(async () => (await timed(far)) - (await timed(near)), { timeout: 150_000 }).toBeGreaterThan(45);
    } finally {
      await cluster.slow(0);
    }
  }, 180_000);
});

describe.each(engines)('migrate --regions on $engine', (engine) => {
  it('reports in one line why it is not possible, and changes nothing', async () => {
    const fresh = await freshDatabase(engine);
    const spread = spreadOverRegions({ url: fresh.url, directory: MULTI_REGION, survive: 'zone' });
    const why = engine.engine === 'postgres' ? /this is PostgreSQL/ : /declare no region/;
    await expect(spread).rejects.toMatchObject({ name: 'StartRefused', message: expect.stringMatching(why) });
    await fresh.drop();
  });
});
