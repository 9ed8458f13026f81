import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidCursor, ReadModel } from '@tidemark/application';
import {
  GetDailyTotalsHandler,
  GetDailyTotalsQuery,
  GetJournalHandler,
  GetJournalQuery,
  GetStatementHandler,
  GetStatementQuery,
  GetTrialBalanceHandler,
  GetTrialBalanceQuery,
  ListWalletsHandler,
  ListWalletsQuery,
} from '@tidemark/application/nest';
import { checkCertificate, examine } from '@tidemark/doctor';
import { type Action, projectionStatus, type Rebuilt } from '@tidemark/operations';
import {
  ALL_PROJECTIONS,
  generationIn,
  liveBuilds,
  projectionNamed,
  readFreshWallet,
  readProjectedWallet,
} from '@tidemark/projections';
import { compareWithLog, listBuilds } from '@tidemark/rebuilding';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture, type TestWorker } from './projections-fixture.js';

/** Regions are names in keys, so both engines can have several. */
const REGIONS = ['local', 'east', 'west'];
const WALLETS = Array.from({ length: 18 }, (_, i) => `g-${String(i).padStart(2, '0')}`);
const NAMES = ALL_PROJECTIONS.map(({ name }) => name);
const TABLES = ['statement_wallets', 'wallet_movements', 'journal_entries', 'account_totals', 'daily_totals'];
const ALL = { limit: 1_000 };

describe.each(engines)('a build of one region on $engine', (engine) => {
  let on: ProjectionsFixture;
  let readModel: ReadModel;
  let workers: TestWorker[];
  let following: Promise<unknown>;
  const stopped = new AbortController();

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine, REGIONS);
    readModel = new ReadModel(on.log.owner, REGIONS);
    await Promise.all(WALLETS.map((walletId, i) => on.store.openWallet(walletId, undefined, REGIONS[i % 3])));
    await on.move(WALLETS, 180);
    // Wallets that move out of the east, into it, and there and back.
    for (const [walletId, ...regions] of [
      ['g-01', 'west'],
      ['g-02', 'east'],
      ['g-04', 'local', 'east'],
      ['g-03', 'east', 'local'],
    ] as const) {
      for (const region of regions) {
        await on.store.rehome(walletId, region);
        await on.store.deposit(walletId, '2.00');
      }
    }
    workers = REGIONS.map((region) => on.worker({ region }));
    for (const worker of workers) await worker.catchUp();
    following = Promise.all(workers.map((worker) => worker.follow(stopped.signal)));
    // On CockroachDB a build begins with the log as of 2 s ago, and follows later events.
    if (engine.engine === 'cockroach') await sleep(2_500);
  });
  afterAll(async () => {
    stopped.abort();
    await following;
    await on.close();
  });

  const settled = () => Promise.all(workers.map((worker) => worker.settled()));
  const operate = async (action: Action, asked: object = {}, projection = 'balances') =>
    on.carryOut(await on.ask(action, asked, projection), on.database, stopped.signal);
  const done = async (action: Action, asked: object = {}, projection = 'balances') => {
    const operation = await operate(action, asked, projection);
    expect(operation, JSON.stringify(operation.result)).toMatchObject({ state: 'done' });
    return operation.result!;
  };
  const refused = async (action: Action, asked: object = {}, projection = 'balances') => {
    const operation = await operate(action, asked, projection);
    expect(operation).toMatchObject({ state: 'failed', result: { refused: true } });
    return (operation.result as { reason: string }).reason;
  };
  const live = async (projection = 'balances') => (await liveBuilds(on.database, projection))!;

  /** The answers of all kinds of reads. */
  const read = async () => {
    const statement = new GetStatementHandler(readModel);
    const statements = await Promise.all(
      WALLETS.map((walletId) => statement.execute(new GetStatementQuery(walletId, ALL))),
    );
    return {
      wallets: (await new ListWalletsHandler(readModel).execute(new ListWalletsQuery(ALL))).entries,
      projected: await Promise.all(WALLETS.map((walletId) => readProjectedWallet(on.log.owner, walletId))).then(
        (found) => found.map((wallet) => wallet?.wallet),
      ),
      fresh: await Promise.all(WALLETS.map((walletId) => readFreshWallet(on.log.owner, walletId))),
      statements: statements.map((page) => page!.entries),
      journal: (await new GetJournalHandler(readModel).execute(new GetJournalQuery(ALL))).entries,
      ofWallet: (await new GetJournalHandler(readModel).execute(new GetJournalQuery({ ...ALL, walletId: 'g-02' })))
        .entries,
      trialBalance: (await new GetTrialBalanceHandler(readModel).execute(new GetTrialBalanceQuery())).currencies,
      dailyTotals: (await new GetDailyTotalsHandler(readModel).execute(new GetDailyTotalsQuery(ALL))).entries,
    };
  };

  /** Differences between the live builds and the log. */
  const wrongSeen = async (name: string) => {
    const builds = await live(name);
    const { differences } = await compareWithLog(
      on.database,
      projectionNamed(name)!,
      (region) => [generationIn(builds, region)],
      { regions: REGIONS },
    );
    return [...differences.values()].flatMap(({ listed }) => listed);
  };

  const rowsIn = async (name: string, generation: string, region: string) =>
    (await on.rowsOf(name, generation)).filter((row) => row.includes(`"region":"${region}"`));

  it('that does not exist is refused, also a region together with a wallet, and nothing is changed', async () => {
    const before = await listBuilds(on.database);
    expect(await refused('rebuild', { region: 'north' })).toBe('there is no region north: local, east, west');
    expect(await refused('rebuild', { region: 'east', walletId: 'g-01' })).toContain('either a wallet or a region');
    expect(await listBuilds(on.database)).toEqual(before);
    expect(await on.log.count('build_ranges')).toBe(0);
  });

  it.each(NAMES)('%s: has the rows that following has made in that region, and none of other regions', async (name) => {
    const { generation, certificate, verification } = (await done('rebuild', { region: 'east' }, name)) as Rebuilt;
    expect(generation).toBe('2');
    expect(verification).toMatchObject({ breaks: 0, unexplained: 0, explained: 0, against: '1', againstIn: {} });
    expect(await rowsIn(name, '2', 'east')).toEqual(await rowsIn(name, '1', 'east'));
    expect(await on.rowsOf(name, '2')).toHaveLength((await rowsIn(name, '2', 'east')).length);
    const places = `projection = '${name}' AND generation = 2`;
    expect(await on.log.count('shard_checkpoints', places)).toBe(64);
    expect(await on.log.count('shard_checkpoints', `${places} AND region = 'east'`)).toBe(64);
    expect(certificate).toMatchObject({ regions: ['east'], generation: '2' });
    expect(certificate.events).toBe(await on.log.count('wallet_events', `region = 'east'`));
    const check = async (given: typeof certificate) =>
      (await checkCertificate(on.log.owner, given, () => undefined)).findings;
    expect(await check(certificate)).toEqual([]);
    expect(await check({ ...certificate, regions: ['west'] })).not.toEqual([]);
    expect(await refused('swap', { generation: '1' }, name)).toContain('live already');
  });

  it('repairs a region whose rows are lost or wrong, and a rollback restores exactly the former rows', async () => {
    const whole = await read();
    for (const table of TABLES) {
      await on.log.owner.query(`DELETE FROM ${table} WHERE generation = 1 AND region = 'east'`);
    }
    // Current reads fold the events that a row lacks, but do not check the row.
    await on.log.owner.query(
      `UPDATE wallet_balances SET state = replace(state, '"EUR":["', '"EUR":["9') WHERE generation = 1 AND region = 'east'`,
    );
    const broken = await read();
    for (const [road, seen] of Object.entries(broken))
      expect(seen, road).not.toEqual(whole[road as keyof typeof whole]);
    for (const name of NAMES) {
      expect(await refused('swap', {}, name)).toContain('not explained'); // found by the swap, and not when it was built
      expect(await done('swap', { accept: ['all'] }, name)).toMatchObject({
        ...{ generation: '2', before: '1', region: 'east' },
        readers: { after: { generation: '1', regions: { east: '2' } } },
      });
    }
    expect(await read()).toEqual(whole);
    for (const name of NAMES) expect(await done('rollback', {}, name)).toMatchObject({ region: 'east', before: '2' });
    expect(await live()).toEqual({ generation: '1', regions: {} });
    expect(await read()).toEqual(broken);
    for (const name of NAMES) await done('rollback', {}, name);
    expect(await read()).toEqual(whole);
  });

  it('is followed with the other builds, also when wallets move in and out of the region', async () => {
    await on.move(WALLETS, 90);
    await on.store.rehome('g-05', 'east');
    await on.store.rehome('g-07', 'west');
    await on.store.rehome('g-02', 'local');
    await on.store.rehome('g-01', 'east');
    await on.move(WALLETS, 90);
    await on.store.rehome('g-10', 'local'); // without an event there
    await settled();
    for (const name of NAMES) expect(await wrongSeen(name), name).toEqual([]);
    const { wallets, trialBalance } = await read();
    expect(wallets.map(({ walletId }) => walletId)).toEqual(WALLETS);
    for (const walletId of WALLETS) {
      const fresh = (await readFreshWallet(on.log.owner, walletId))!;
      expect((await readProjectedWallet(on.log.owner, walletId))!.wallet).toEqual(fresh.wallet);
      expect(wallets.find((each) => each.walletId === walletId)!.wallet).toEqual(fresh.wallet);
    }
    expect(trialBalance.map(({ inBalance }) => inBalance)).toEqual([true]);
  });

  it('is shown with its region, and the lag is measured for its readers', async () => {
    const of = async (regions: readonly string[]) =>
      (await projectionStatus(on.database, regions, Date.now())).projections[0]!;
    expect((await of(REGIONS)).builds).toMatchObject([
      { generation: '1', region: null, live: true, exceptIn: ['east'] },
      { generation: '2', region: 'east', live: true, exceptIn: [] },
    ]);
    const park = (generation: number) =>
      on.log.owner.query(
        `INSERT INTO parked_wallets (projection, generation, region, wallet_id, shard, version, reason, parked_at)
         VALUES ('balances', $1, 'east', 'nobody', 0, 1, '', now())`,
        [generation],
      );
    await park(1);
    expect((await of(REGIONS)).parked).toBe(0);
    await park(2);
    expect([await of(REGIONS), await of(['east']), await of(['west'])].map(({ parked }) => parked)).toEqual([1, 1, 0]);
    await on.log.owner.query(`DELETE FROM parked_wallets`);
  });

  it('is not dropped while readers see it, and neither is the build of all other regions', async () => {
    for (const generation of ['1', '2']) expect(await refused('drop', { generation })).toContain('is live');
  });

  it('has wallets rebuilt in place in their region only', async () => {
    const rows = async (walletId: string) => {
      const rebuilt = done('rebuild', { walletId });
      await settled();
      return ((await rebuilt) as { rows: { generation: string; region: string }[] }).rows
        .map(({ generation, region }) => `${generation} ${region}`)
        .sort();
    };
    expect(await rows('g-08')).toEqual(['1 west']);
    expect(await rows('g-05')).toEqual(['1 east', '1 west', '2 east']);
  });

  it('is replaced by a build of all regions, and a rollback restores it', async () => {
    const seen = await read();
    // In the east it is compared with the live build of the east, and not with the damaged generation 1.
    const rebuilt = (await done('rebuild', { swap: true })) as Rebuilt;
    expect(rebuilt).toMatchObject({
      ...{ generation: '3', before: '1', region: null, accepted: [] },
      verification: { unexplained: 0, against: '1', againstIn: { east: '2' } },
      certificate: { regions: REGIONS },
    });
    expect(await live()).toEqual({ generation: '3', regions: {} });
    expect(await read()).toEqual(seen);
    expect(await wrongSeen('balances')).toEqual([]);
    await done('rollback');
    expect(await live()).toEqual({ generation: '1', regions: { east: '2' } });
    expect(await read()).toEqual(seen);
    await done('rollback');
    expect(await live()).toEqual({ generation: '3', regions: {} });
    await done('drop', { generation: '2' });
    expect(await refused('rollback')).toContain('a rollback is not possible');
    expect(await live()).toEqual({ generation: '3', regions: {} });
    expect(await on.rowsOf('balances', '2')).toEqual([]);
  });

  it('ends lists that were begun before it was live', async () => {
    const page = (cursor?: string) =>
      new ListWalletsHandler(readModel).execute(new ListWalletsQuery({ limit: 5, ...(cursor && { cursor }) }));
    const { nextCursor } = await page();
    expect((await page(nextCursor)).entries[0]!.walletId).toBe('g-05');
    await done('rebuild', { region: 'west', swap: true });
    await expect(page(nextCursor)).rejects.toThrow(InvalidCursor);
    const again = await page();
    expect((await page(again.nextCursor)).entries[0]!.walletId).toBe('g-05');
  });

  it('is compared with the log again before it is live', async () => {
    const { generation } = (await done('rebuild', { region: 'local' })) as Rebuilt;
    const spoil = (from: string, to: string) =>
      on.log.owner.query(
        `UPDATE wallet_balances SET state = replace(state, '${from}', '${to}')
         WHERE wallet_id = 'g-00' AND generation = ${generation}`,
      );
    const before = await live();
    await spoil('"EUR":["', '"EUR":["9');
    expect(await refused('swap', { accept: ['all'] })).toContain('differs from the log');
    expect(await live()).toEqual(before);
    await spoil('"EUR":["9', '"EUR":["');
    await done('swap');
    expect(await live()).toEqual({ ...before, regions: { ...before.regions, local: generation } });
  });

  it('is the build that doctor checks in that region', async () => {
    const found = async () =>
      (await examine(on.log.owner, { signal: new AbortController().signal, progress: () => undefined })).findings
        .filter(({ invariant, message }) => invariant === 'projection_is_fold' && message.startsWith('balances'))
        .map(({ message }) => message.split(':')[0]);
    const { generation, regions } = await live();
    const drop = (of: string) =>
      on.log.owner.query(`DELETE FROM wallet_balances WHERE wallet_id = 'g-00' AND generation = $1`, [of]);
    await settled();
    await drop(generation);
    expect(await found()).toEqual([]);
    await drop(regions['local']!);
    expect(await found()).toEqual([`balances (generation ${regions['local']}, local)`]);
  });
});
