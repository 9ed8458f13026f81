import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '@tidemark/database';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceProcess } from '../simulation/servers/service-process.js';

/** 27,000 characters of two bytes each, the maximum of the API. All of them together are more than the heap of each process. */
const WALLETS = 900;
const METADATA = Object.fromEntries(
  Array.from({ length: 50 }, (_, i) => [`${'ї'.repeat(37)}${String(i).padStart(3, '0')}`, 'ї'.repeat(500)]),
);
/** An idle API uses 35 MB of heap. With bounds only on numbers, both processes died. */
const HEAP = { NODE_OPTIONS: '--max-old-space-size=80' };
const AT_ONCE = 8;
const TEST_MS_MAX = 240_000;
const LOOK_EVERY_MS = 100;
/** 256 KB of metadata, plus the rest of the page. */
const PAGE_BYTES_MAX = 384 * 1024;
const STATE_BYTES_MAX = 200;

const idOf = (i: number) => `large-${String(i).padStart(4, '0')}`;

describe.each(engines)('wallets with the largest metadata, on $engine', (engine) => {
  let fresh: FreshDatabase;
  let database: Database;
  let api: ServiceProcess;
  let worker: ServiceProcess | undefined;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    database = await connect({ url: fresh.url, applicationName: 'large-metadata.e2e' });
    api = await ServiceProcess.start({ kind: 'api', databaseUrl: fresh.url, env: HEAP });
  });
  afterAll(async () => {
    await worker?.stop();
    await api?.stop();
    await database?.close();
    await fresh?.drop();
  });

  const post = async (path: string, body: object) => {
    const answer = await fetch(`${api.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify(body),
    });
    await answer.text();
    return answer.status;
  };
  const forEachWallet = async (send: (i: number) => Promise<number>) => {
    let next = 0;
    const statuses = new Map<number, number>();
    const one = async () => {
      while (next < WALLETS) {
        const status = await send(next++);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    return Object.fromEntries(statuses);
  };

  it(
    'are opened and get deposits from an API whose memory is smaller than their metadata',
    { timeout: TEST_MS_MAX },
    async () => {
      expect(await forEachWallet((i) => post('/v1/wallets', { walletId: idOf(i), metadata: METADATA }))).toEqual({
        201: WALLETS,
      });
      const deposit = { amount: '1.00', currency: 'EUR' };
      expect(await forEachWallet((i) => post(`/v1/wallets/${idOf(i)}/deposits`, deposit))).toEqual({ 201: WALLETS });
      expect(api.deaths).toBe(0);
    },
  );

  it('are followed by a worker whose memory is smaller than their metadata', { timeout: TEST_MS_MAX }, async () => {
    worker = await ServiceProcess.start({ kind: 'worker', databaseUrl: fresh.url, env: HEAP });
    const rows = async (table: string) => {
      const found = await database.query<{ n: string; longest: string }>(
        `SELECT count(*) AS n, max(octet_length(state)) AS longest FROM ${table} WHERE version = 2`,
      );
      return { wallets: Number(found.rows[0]!.n), longest: Number(found.rows[0]!.longest) };
    };
    for (const table of ['wallet_balances', 'statement_wallets']) {
      while ((await rows(table)).wallets < WALLETS && worker.deaths === 0) await sleep(LOOK_EVERY_MS);
      // The state, which is written again with each balance.
      expect((await rows(table)).longest).toBeLessThan(STATE_BYTES_MAX);
    }
    expect(worker.deaths).toBe(0);
  });

  it('are listed in pages with a limit of bytes, and none is left out', { timeout: TEST_MS_MAX }, async () => {
    const listed: string[] = [];
    for (let cursor = ''; listed.length < 50;) {
      const answer = await fetch(`${api.url}/v1/wallets?limit=200${cursor}`);
      const text = await answer.text();
      const { wallets, nextCursor } = JSON.parse(text) as {
        wallets: { walletId: string; metadata: object; balances: object[] }[];
        nextCursor: string;
      };
      expect(Buffer.byteLength(text)).toBeLessThan(PAGE_BYTES_MAX);
      expect(wallets[0]).toMatchObject({ metadata: METADATA, balances: [{ posted: '1.00' }] });
      listed.push(...wallets.map(({ walletId }) => walletId));
      cursor = `&cursor=${nextCursor}`;
    }
    expect(listed).toEqual(Array.from(listed, (_, i) => idOf(i)));
    const read = await fetch(`${api.url}/v1/wallets/${idOf(7)}`);
    expect(await read.json()).toMatchObject({ version: 2, metadata: METADATA });
  });
});
