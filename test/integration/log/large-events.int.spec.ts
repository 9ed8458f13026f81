import {
  beginAudit,
  fixPosition,
  LOG_START,
  NO_COMMIT_ID,
  PAGE_BYTES_MAX,
  readCommits,
  readEventPage,
  readRangesOfCommits,
  readRegionEvents,
  type EventPlace,
} from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFixture, verdict, type TestStore } from './log-fixture.js';

/** Some 6 MB of events: more bytes than a page may have, but fewer events. */
const WALLETS = 120;
const METADATA = { note: 'ї'.repeat(26_000) };
const idOf = (i: number) => `large-${String(i).padStart(3, '0')}`;
const IDS = Array.from({ length: WALLETS }, (_, i) => idOf(i));
const COCKROACH_READS_BEHIND_MS = 2_500;

describe.each(engines)('large events on $engine', (engine) => {
  let log: LogFixture;
  let store: TestStore;

  beforeAll(async () => {
    log = await LogFixture.create(engine);
    store = await log.open();
    await Promise.all(IDS.map((walletId) => open(walletId)));
    if (engine.engine === 'cockroach') await sleep(COCKROACH_READS_BEHIND_MS);
  });
  afterAll(() => log?.close());

  const open = (walletId: string, on = store) =>
    on.execute({ type: 'OpenWallet', walletId, homeRegion: 'local', metadata: METADATA });
  const bytesOf = (events: readonly { data: string }[]) =>
    events.reduce((all, { data }) => all + Buffer.byteLength(data), 0);

  it('a page of a range ends at its limit of bytes, and the next page continues there', async () => {
    const upTo = await fixPosition(log.owner);
    const read: string[] = [];
    let pages = 0;
    for (let after: EventPlace = { walletId: '', version: 0 }; ; pages++) {
      const page = await readEventPage(log.owner, { region: 'local', after, to: null, upTo, limit: 1_000 });
      expect(bytesOf(page.events)).toBeLessThanOrEqual(PAGE_BYTES_MAX);
      expect(page.bytes).toBe(bytesOf(page.events));
      read.push(...page.events.map(({ walletId }) => walletId));
      if (page.end) break;
      after = page.events.at(-1)!;
    }
    expect(read).toEqual(IDS);
    expect(pages).toBeLessThanOrEqual(3);
  });

  it('events of commits are read up to the limit of bytes, with whole commits only', async () => {
    const after = { position: LOG_START[engine.engine], commitId: NO_COMMIT_ID };
    const commits = await readCommits(log.owner, { region: 'local', after, limit: 1_000 });
    const read: string[] = [];
    let reads = 0;
    for (let at = 0; at < commits.length; reads++) {
      const left = commits.slice(at).map(({ appended }) => appended);
      const found = await readRangesOfCommits(log.owner, 'local', left);
      expect(bytesOf(found.events)).toBeLessThanOrEqual(PAGE_BYTES_MAX);
      const named = left.slice(0, found.commits).flatMap((ranges) => ranges.map(({ walletId }) => walletId));
      expect(found.events.map(({ walletId }) => walletId)).toEqual(named.sort());
      read.push(...named);
      at += found.commits;
    }
    expect(read.sort()).toEqual(IDS);
    expect(reads).toBeLessThanOrEqual(4);
  });

  it('commits without wanted events are read with the others', async () => {
    const after = { position: LOG_START[engine.engine], commitId: NO_COMMIT_ID };
    const commits = await readCommits(log.owner, { region: 'local', after, limit: 1_000 });
    const left = commits.map(({ appended }, i) => (i === 1 ? appended : []));
    expect(await readRangesOfCommits(log.owner, 'local', left)).toMatchObject({ commits: commits.length });
    expect(await readRangesOfCommits(log.owner, 'local', [[], []])).toEqual({ commits: 2, events: [], bytes: 0 });
  });

  it('an audit reads as many events at once as the limit of bytes allows', async () => {
    const audit = await beginAudit(log.owner);
    const read: string[] = [];
    for (let after: EventPlace = { walletId: '', version: 0 }; ;) {
      const from = after;
      const page = await audit.read((reader) =>
        readRegionEvents(reader, { region: 'local', after: from, upTo: audit.position, limit: 1_000 }),
      );
      if (page.length === 0) break;
      expect(bytesOf(page)).toBeLessThanOrEqual(PAGE_BYTES_MAX);
      read.push(...page.map(({ walletId }) => walletId));
      after = page.at(-1)!;
    }
    expect(read).toEqual(IDS);
  });

  it('commands beyond the byte limit of the queue are refused, and not written', async () => {
    const small = await log.open({ limits: { queueBytesMax: 3 * 2 * 26_004 } });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => open(`refused-${i}`, small)));
    const names = outcomes.map((each) =>
      each.status === 'rejected' ? (each.reason as Error).name : verdict(each.value),
    );
    expect(names).toEqual(['accepted', 'accepted', 'accepted', 'QueueFull', 'QueueFull']);
    expect(verdict(await open('refused-4', small))).toBe('accepted');
    expect(await log.count('wallets', `wallet_id LIKE 'refused-%'`)).toBe(4);
  });

  it('many wallets with many events after their snapshots are loaded in parts, each completely', async () => {
    const ids = Array.from({ length: 501 }, (_, i) => `tail-${i}`);
    const quiet = await log.open({ limits: { snapshotEvery: 1_000_000 } });
    await Promise.all(ids.map((walletId) => quiet.openWallet(walletId)));
    await Promise.all(Array.from({ length: 100 }, () => quiet.deposit('tail-7', '1.00')));
    const fresh = await log.open({ limits: { loadMax: 1_000 } });
    const outcomes = await Promise.all(ids.map((walletId) => fresh.deposit(walletId, '1.00')));
    expect(outcomes.map(verdict)).toEqual(ids.map(() => 'accepted'));
    expect(await log.count('wallet_events', `wallet_id = 'tail-7'`)).toBe(102);
    expect(fresh.retries).toEqual([]);
  });
});
