import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '@tidemark/database';
import { openEventStore, type CommandRequest } from '@tidemark/event-store';
import { CurrencyTable, Money } from '@tidemark/money';
import { findOperation, requestOperation } from '@tidemark/operations';
import { ALL_PROJECTIONS, dailyTotals, journal } from '@tidemark/projections';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import type { WalletCommand } from '@tidemark/wallet';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceProcess } from '../simulation/servers/service-process.js';
import { Workplace } from './cli-process.js';

/** Two ranges, and enough pages that the rebuild takes some time: it is throttled. */
const WALLETS = 600;
const DEPOSITS = 60;
const EVENTS = WALLETS * (1 + DEPOSITS);
/** The throttle's limit. All writes are slower than this, so each page waits longer than the one before. */
const LATENCY_RATIO = 0.01;
/** A worker takes over an operation after 15 s, and a range after 10 s without progress. */
const TEST_MS_MAX = 240_000;
const LOOK_EVERY_MS = 50;
const EUR = CurrencyTable.iso4217().get('EUR');

describe.each(engines)('kill -9 of a worker that rebuilds, on $engine', (engine) => {
  let fresh: FreshDatabase;
  let database: Database;
  let at: Workplace;
  const workers: ServiceProcess[] = [];

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    database = await connect({ url: fresh.url, applicationName: 'rebuild-killed.e2e' });
    at = new Workplace(fresh.url);
    await fill(fresh.url);
    for (let i = 0; i < 2; i++) workers.push(await ServiceProcess.start({ kind: 'worker', databaseUrl: fresh.url }));
  }, TEST_MS_MAX);
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await database?.close();
    await fresh?.drop();
    at?.leave();
  });

  const builtEvents = async () => {
    const { rows } = await database.query<{ events: string }>(
      `SELECT COALESCE(sum(events), 0) AS events FROM build_ranges`,
    );
    return Number(rows[0]!.events);
  };

  // Each kind of table on one engine only, because each test waits until a dead worker is detected.
  it.each(engine.engine === 'cockroach' ? [journal] : [dailyTotals])(
    '$name: another worker continues from the same place, and builds nothing twice',
    { timeout: TEST_MS_MAX },
    async ({ name }) => {
      const operationId = randomUUID();
      const asked = { latencyRatioMax: LATENCY_RATIO };
      await requestOperation(database, {
        ...{ operationId, requestedBy: 'test', action: 'rebuild' as const, projection: name, arguments: asked },
      });
      const state = async () => (await findOperation(database, operationId))!;
      while ((await builtEvents()) === 0) {
        expect((await state()).state).not.toBe('done');
        await sleep(LOOK_EVERY_MS);
      }
      // Kill both: the worker that leads, and the one that helps. The supervisor starts new ones.
      await Promise.all(workers.map((worker) => worker.kill()));
      const before = await builtEvents();
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(EVENTS);
      expect((await state()).state).toBe('running');
      while (!['done', 'failed'].includes((await state()).state)) await sleep(LOOK_EVERY_MS);
      const operation = await state();
      expect(operation, JSON.stringify(operation.result)).toMatchObject({
        state: 'done',
        result: {
          generation: '2',
          certificate: { events: EVENTS },
          verification: { events: EVENTS, breaks: 0, unexplained: 0, parked: 0 },
        },
      });
      expect((await at.json('projections', 'verify', name)).json).toMatchObject({ generation: '2', breaks: 0 });
    },
  );

  it('the builds that were followed meanwhile have every event once too', { timeout: TEST_MS_MAX }, async () => {
    for (const { name } of ALL_PROJECTIONS) {
      const { code, json } = await at.json('projections', 'verify', name, '--generation', '1');
      expect({ name, code, breaks: json.breaks }).toEqual({ name, code: 0, breaks: 0 });
    }
  });
});

async function fill(url: string): Promise<void> {
  const database = await connect({ url, role: 'tidemark_api', applicationName: 'fill' });
  const store = openEventStore({ database });
  const send = (command: WalletCommand, idempotencyKey: string) =>
    store.execute({ command, idempotencyKey, requestHash: idempotencyKey, caller: 'test' } satisfies CommandRequest);
  const ids = Array.from({ length: WALLETS }, (_, i) => `k-${String(i).padStart(4, '0')}`);
  await Promise.all(
    ids.map((walletId) => send({ type: 'OpenWallet', walletId, homeRegion: 'local', metadata: {} }, walletId)),
  );
  const amount = Money.of('1.00', EUR);
  for (let round = 0; round < DEPOSITS; round++) {
    await Promise.all(
      ids.map((walletId) =>
        send({ type: 'Deposit', walletId, movementId: 'm', amount, details: {} }, `${walletId} ${round}`),
      ),
    );
  }
  await store.close();
  await database.close();
}
