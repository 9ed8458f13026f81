import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '@tidemark/database';
import { examine } from '@tidemark/doctor';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceProcess } from '../simulation/servers/service-process.js';

/** On CockroachDB an examination reads the log as of 0.25 s ago. */
const SETTLE_MS = 300;
/** The command of the batch that cannot be written before the process is killed. */
const STUCK = 3;

const deposit = (amount: string, reference?: string) => ({
  ...{ type: 'deposit', walletId: 'w', amount, currency: 'EUR' },
  // A command that needs a fact waits for the command before it, so that there is a moment between two commands.
  ...(reference !== undefined && { reference, uniqueReference: true }),
});
const commands = [
  deposit('1.00'),
  deposit('2.00', 'a'),
  deposit('4.00', 'b'),
  deposit('8.00', 'c'),
  deposit('16.00', 'd'),
  deposit('32.00'),
];

describe.each(engines)('a batch on $engine whose process is killed in the middle', (engine) => {
  let fresh: FreshDatabase;
  let database: Database;
  let api: ServiceProcess;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    database = await connect({ url: fresh.url, applicationName: 'batch-killed.e2e' });
    api = await ServiceProcess.start({ kind: 'api', databaseUrl: fresh.url });
  });
  afterAll(async () => {
    await api?.stop();
    await database?.close();
    await fresh?.drop();
  });

  const post = async (path: string, key: string, body: object) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const answer = await fetch(`${api.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await answer.json()) as { results: { status: number; idempotencyKey: string }[] };
  };
  const booked = async () => {
    const { rows } = await database.query<{ count: string }>(
      `SELECT count(*) AS count FROM wallet_events WHERE type = 'FundsDeposited'`,
    );
    return Number(rows[0]!.count);
  };

  it('books each command once, when it is sent again', { timeout: 120_000 }, async () => {
    await post('/v1/wallets', 'open', { walletId: 'w' });
    const batch = { atomic: false, commands };
    const { results } = await post('/v1/batches?dryRun=true', 'batch', batch);
    const rollBack = new Error('the row is not to stay');
    const holding = database.transaction(async ({ query }) => {
      await query(
        `INSERT INTO command_outcomes (region, wallet_id, idempotency_key, caller, request_hash, recorded_at, result)
         VALUES ('local', 'w', $1, 'anonymous', 'h', now(), '{}')`,
        [results[STUCK]!.idempotencyKey],
      );
      const lost = expect(post('/v1/batches', 'batch', batch)).rejects.toThrow();
      await expect.poll(booked, { timeout: 60_000 }).toBe(STUCK);
      await api.kill();
      await lost;
      throw rollBack;
    });
    await expect(holding).rejects.toBe(rollBack);
    await api.untilItAnswers();
    const again = await post('/v1/batches', 'batch', batch);
    expect(again.results.map(({ status }) => status < 300)).toEqual(commands.map(() => true));

    const wallet = (await (await fetch(`${api.url}/v1/wallets/w`)).json()) as { balances: object[] };
    expect([wallet.balances, await booked()]).toMatchObject([[{ posted: '63.00' }], commands.length]);
    if (engine.engine === 'cockroach') await sleep(SETTLE_MS);
    const { signal } = new AbortController();
    expect((await examine(database, { signal, progress: () => undefined })).findings).toEqual([]);
  });
});
