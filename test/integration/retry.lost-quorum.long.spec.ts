import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApi, type RunningApi } from '@tidemark/api';
import { classify, cockroachOnPath, connect, type Database, migrate, migrationsOf } from '@tidemark/database';
import { LocalCluster } from '@tidemark/local-cluster';
import { createLogger } from '@tidemark/observability';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Different from the ports of `npm run cluster`, which may be in use, and of the other suites. */
const BASE_PORT = 28_700;
/** The bound in docs/errors.md. */
const ANSWER_MS_MAX = 30_000;
/** Leases run out after 6 s, and nodes that were cut off retry with a growing pause. */
const RECOVERY_MS_MAX = 60_000;
/** CockroachDB's default is 1 min, during which statements only time out. */
const SAYS_SO_AFTER = '8s';
const WORD_MS_MAX = 90_000;

describe.skipIf(!cockroachOnPath())('a CockroachDB that lost two nodes of three', () => {
  let directory: string;
  let cluster: LocalCluster;
  let api: RunningApi;
  let database: Database;

  const send = async (method: 'GET' | 'POST', path: string, key = '', body?: unknown) => {
    const began = performance.now();
    const answer = await fetch(`${api.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(key !== '' && { 'idempotency-key': key }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const json = (await answer.json()) as { code?: string; version?: number };
    return {
      status: answer.status,
      retryAfter: answer.headers.get('retry-after'),
      json,
      ms: performance.now() - began,
    };
  };
  const deposit = (key: string) => send('POST', '/v1/wallets/w/deposits', key, { amount: '1.00', currency: 'EUR' });
  const open = (walletId: string) => send('POST', '/v1/wallets', walletId, { walletId });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidemark-quorum-'));
    cluster = await LocalCluster.up({ directory, basePort: BASE_PORT, onDisk: true });
    const url = cluster.sqlUrl('eu-west', 'quorum');
    await migrate({ url, directory: migrationsOf('cockroach') });
    database = await connect({ url, applicationName: 'test', poolSize: 1, statementTimeoutMs: 10_000 });
    await database.query(
      `SET CLUSTER SETTING kv.replica_circuit_breaker.slow_replication_threshold = '${SAYS_SO_AFTER}'`,
    );
    api = await startApi({ databaseUrl: url, port: 0, logger: createLogger({ level: 'silent' }) });
  }, 180_000);

  afterAll(async () => {
    await api?.close();
    await database?.close();
    await cluster?.down();
    await rm(directory, { recursive: true, force: true });
  }, 90_000);

  it('answers 503 in bounded time, and answers the same keys correctly after the nodes are back', async () => {
    await open('w');
    await deposit('before');
    // Opened before, with long timeouts: the pool closes idle and slow connections, and a new connection reads catalogs, which will be lost too.
    const write = () =>
      database
        .query('UPDATE wallets SET region = region', [], { timeoutMs: RECOVERY_MS_MAX })
        .catch((error: unknown) => error);
    const replicaSaysSo = (async () => {
      const giveUpAt = performance.now() + WORD_MS_MAX;
      for (;;) {
        const found = classify(await write(), 'write');
        if (found.sqlState === 'XXUUU' || performance.now() > giveUpAt) return found;
      }
    })();
    await cluster.cut('eu-central');
    await cluster.cut('eu-east');
    const told = await Promise.all([deposit('lost-0'), open('lost-1')]);
    expect(await replicaSaysSo).toEqual({ class: 'ambiguous', sqlState: 'XXUUU' });
    told.push(...(await Promise.all([deposit('lost-2'), open('lost-3'), deposit('lost-4')])));
    for (const { status, retryAfter, json, ms } of told) {
      expect({ status, retryAfter }, json.code).toEqual({ status: 503, retryAfter: '1' });
      expect(ms).toBeLessThan(ANSWER_MS_MAX);
    }
    const read = await send('GET', '/v1/wallets/w');
    expect(read).toMatchObject({ status: 503, retryAfter: '1', json: { code: 'database_unavailable' } });
    expect(read.ms).toBeLessThan(ANSWER_MS_MAX);

    await cluster.heal();
    const again = (request: () => ReturnType<typeof send>) =>
      expect.poll(async () => (await request()).status, { timeout: RECOVERY_MS_MAX }).toBeLessThan(300);
    for (const key of ['lost-0', 'lost-2', 'lost-4']) await again(() => deposit(key));
    for (const walletId of ['lost-1', 'lost-3']) await again(() => open(walletId));
    const after = await send('GET', '/v1/wallets/w');
    expect(after.json).toMatchObject({ version: 5, balances: [{ posted: '4.00' }] });
  }, 240_000);
});
