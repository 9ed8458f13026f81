import { setTimeout as sleep } from 'node:timers/promises';
import {
  chain,
  CHAIN_START,
  fixPosition,
  LOG_START,
  NO_COMMIT_ID,
  readCommits,
  readEventPage,
  readWalletEvents,
  type LogCursor,
} from '@tidemark/event-store';
import { connect } from '@tidemark/database';
import { engines } from '@tidemark/testing';
import { canonicalEvent } from '@tidemark/wallet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFixture, standing, verdict, watched } from './log-fixture.js';

/** On CockroachDB, pages are read and positions are chosen this far in the past. */
const READABLE_MS = 2_500;

/** Properties of the log that do not depend on the write strategy. */
describe.each(engines)('the log on $engine', (engine) => {
  let log: LogFixture;

  beforeAll(async () => {
    log = await LogFixture.create(engine);
  });
  afterAll(() => log.close());

  it('chains the events of a wallet by hashes of the stored bytes', async () => {
    const store = await log.open();
    await store.openWallet('hashed');
    await Promise.all(Array.from({ length: 30 }, () => store.deposit('hashed', '0.10')));
    let previous = CHAIN_START;
    const events = await readWalletEvents(log.owner, { walletId: 'hashed', after: 0, limit: 100 });
    expect(events).toHaveLength(31);
    for (const event of events) {
      const { walletId, version, recordedAt, metadata, hash } = event;
      expect(hash).toBe(chain(previous, canonicalEvent(walletId, version, event, recordedAt, metadata)));
      previous = hash;
    }
  });

  it('never records an event before its predecessor, also if the clock goes back', async () => {
    let now = Date.parse('2036-05-01T12:00:00.000Z');
    const store = await log.open({ clock: () => now });
    await store.openWallet('clock');
    await store.deposit('clock', '1.00');
    now -= 3_600_000;
    await store.deposit('clock', '1.00');
    const events = await readWalletEvents(log.owner, { walletId: 'clock', after: 0, limit: 10 });
    expect(events.map(({ recordedAt }) => recordedAt)).toEqual(Array(3).fill('2036-05-01T12:00:00.000Z'));
  });

  it('its pages have the events of a wallet, byte for byte, up to a position and between two places', async () => {
    const store = await log.open();
    const description = 'tab\t, unit separator \u001f, line\nfeed, "quotes", \\, čtvrť, 💶';
    for (const walletId of ['page-a', 'page-b', 'page-c']) {
      await store.execute({ type: 'OpenWallet', walletId, homeRegion: 'local', metadata: { description } });
      for (let i = 0; i < 4; i++) await store.deposit(walletId, '0.10');
    }
    const wanted = await Promise.all(
      ['page-a', 'page-b'].map((walletId) => readWalletEvents(log.owner, { walletId, after: 0, limit: 100 })),
    );
    const events = wanted.flat().map(({ metadata: _metadata, hash: _hash, ...rest }) => rest);
    if (engine.engine === 'cockroach') await sleep(READABLE_MS);
    const range = { region: 'local', to: 'page-b', upTo: await fixPosition(log.owner) };
    const pages = [];
    for (let after = { walletId: 'page', version: 0 }; ;) {
      const page = await readEventPage(log.owner, { ...range, after, limit: 3 });
      pages.push(...page.events);
      if (page.end) break;
      after = page.events.at(-1)!;
    }
    expect(pages).toEqual(events);
    const upTo = events[6]!.position;
    const { events: early } = await readEventPage(log.owner, {
      ...{ ...range, upTo, to: null, limit: 100 },
      after: { walletId: 'page', version: 0 },
    });
    expect(early.map(({ walletId, version }) => `${walletId} ${version}`)).toEqual(
      events.slice(0, 7).map(({ walletId, version }) => `${walletId} ${version}`),
    );
  });

  it('positions are the order of the commits: on CockroachDB exactly the commit timestamp', async () => {
    const store = await log.open();
    await store.openWallet('placed');
    const positions: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { result } = await store.deposit('placed', '1.00');
      if (result.kind === 'accepted') positions.push(result.position);
    }
    expect([...positions].sort()).toEqual(positions);
    expect(new Set(positions).size).toBe(5);
    if (engine.engine === 'cockroach') {
      expect(await log.count('wallet_events', 'position <> crdb_internal_mvcc_timestamp')).toBe(0);
      expect(await log.count('commits', 'position <> crdb_internal_mvcc_timestamp')).toBe(0);
    }
  });

  it('a tailer that polls while two processes write sees every event once and in order', async () => {
    const [one, two] = [await log.open(), await log.open()];
    const wallets = Array.from({ length: 25 }, (_, i) => `tail-${i}`);
    await Promise.all(wallets.map((walletId) => one.openWallet(walletId)));
    let writing = true;
    const seen = new Map<string, number>();
    const tail = (async () => {
      let after: LogCursor = { position: LOG_START[engine.engine], commitId: NO_COMMIT_ID };
      for (let last = false; ;) {
        const commits = await readCommits(log.owner, { region: 'local', after, limit: 3 });
        for (const commit of commits) {
          expect([commit.position, commit.commitId] > [after.position, after.commitId]).toBe(true);
          after = commit;
          for (const { walletId, firstVersion, lastVersion } of commit.appended) {
            expect(firstVersion).toBe((seen.get(walletId) ?? 0) + 1);
            seen.set(walletId, lastVersion);
          }
        }
        if (commits.length > 0) continue;
        if (last) return;
        last = !writing;
      }
    })();
    const outcomes = await Promise.all(
      [one, two].flatMap((store) =>
        wallets.map(async (walletId) => {
          const all = [];
          for (let i = 0; i < 12; i++) all.push(await store.deposit(walletId, '0.01'));
          return all;
        }),
      ),
    );
    writing = false;
    await tail;
    expect(outcomes.flat().map(verdict)).toEqual(Array(600).fill('accepted'));
    for (const walletId of wallets) expect(seen.get(walletId)).toBe(25);
    expect([...seen.values()].reduce((a, b) => a + b, 0)).toBe(await log.count('wallet_events'));
  });

  it('the cost of loading a wallet does not grow with it: a snapshot and at most some later events', async () => {
    const writer = await log.open({ limits: { snapshotEvery: 50 } });
    await writer.openWallet('long');
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 40 }, () => writer.deposit('long', '0.01')));
    await writer.close();
    const rows: number[] = [];
    const api = await log.connectApi();
    const counting = {
      ...watched(api, () => undefined),
      query: (async (text: string, values: unknown[], options: { name?: string }) => {
        const result = await api.query(text, values, options);
        if (options?.name === 'load-wallets') rows.push(result.rowCount);
        return result;
      }) as typeof api.query,
    };
    const reader = await log.open({ database: counting });
    expect(standing(await reader.deposit('long', '1.00'))).toEqual([402, '5.00']);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toBeLessThanOrEqual(100);
    expect(await log.count('wallet_snapshots', `wallet_id = 'long' AND version >= 350`)).toBe(1);
  });

  it('ignores snapshots of another state version', async () => {
    await log.owner.query(`UPDATE wallet_snapshots SET state_version = 0, state = 'nonsense' WHERE wallet_id = 'long'`);
    const reader = await log.open();
    expect(standing(await reader.deposit('long', '1.00'))).toEqual([403, '6.00']);
  });

  it.each(['wallet_events', 'command_outcomes', 'commits'])('the role of the API cannot change %s', async (table) => {
    const api = await log.connectApi();
    const column = table === 'commits' ? 'appended' : 'recorded_at';
    for (const change of [
      `UPDATE ${table} SET ${column} = ${column}`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table}`,
      `DROP TABLE ${table}`,
      `ALTER TABLE ${table} DROP COLUMN ${column}`,
    ]) {
      await expect(api.query(change), change).rejects.toMatchObject({ code: '42501' });
    }
    expect(await log.count(table)).toBeGreaterThan(0);
  });

  it('the role of the worker cannot write the log at all', async () => {
    const worker = await connect({ url: log.url, role: 'tidemark_worker', applicationName: 'test-worker' });
    for (const table of ['wallet_events', 'command_outcomes', 'commits']) {
      await expect(worker.query(`INSERT INTO ${table} DEFAULT VALUES`)).rejects.toMatchObject({ code: '42501' });
      await expect(worker.query(`DELETE FROM ${table}`)).rejects.toMatchObject({ code: '42501' });
    }
    await worker.close();
  });
});
