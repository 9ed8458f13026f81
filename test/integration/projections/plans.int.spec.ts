import type { Database, RunStatement } from '@tidemark/database';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture } from './projections-fixture.js';

const WALLETS = Array.from({ length: 40 }, (_, i) => `p-${i}`);

/** Small tables for operators, which are scanned on purpose. */
const READ_WHOLE = /table: (projection_generations|parked_wallets|projection_operations|projections)@/;

const cockroach = engines.find(({ engine }) => engine === 'cockroach');

/**
 * CockroachDB prefers to scan a table that it considers small, and a scan waits for concurrent writes. So this test checks
 * the plans of a worker's statements, on tables with rows.
 */
describe.runIf(cockroach)('the statements of a worker on cockroach', () => {
  let on: ProjectionsFixture;
  const sent = new Map<string, unknown[]>();

  beforeAll(async () => {
    on = await ProjectionsFixture.create(cockroach!);
    await Promise.all(WALLETS.map((walletId) => on.store.openWallet(walletId)));
    const worker = on.worker({ database: recording(on.database, sent) });
    await on.move(WALLETS, 300);
    await worker.catchUp();
    await worker.lookAround();
    for (const table of ['wallet_events', 'commits', 'shard_checkpoints', 'shard_leases', 'wallet_balances']) {
      await on.log.owner.query(`ANALYZE ${table}`);
    }
  });
  afterAll(() => on.close());

  it('find their rows by key', async () => {
    expect(sent.size).toBeGreaterThan(15);
    const scanning: string[] = [];
    for (const [text, values] of sent) {
      if (!/^\s*(SELECT|WITH|UPDATE|INSERT)/.test(text)) continue;
      const { rows } = await on.log.owner.query<{ info: string }>(`EXPLAIN ${text}`, values);
      const plan = rows.map(({ info }) => info);
      plan.forEach((line, i) => {
        if (!/spans: FULL SCAN/.test(line)) return;
        const table = plan.slice(0, i).findLast((each) => /table:/.test(each)) ?? '';
        if (!READ_WHOLE.test(table)) scanning.push(`${table.trim()} in ${text.slice(0, 200)}`);
      });
    }
    expect(scanning).toEqual([]);
  });
});

function recording(database: Database, sent: Map<string, unknown[]>): Database {
  const record =
    (query: RunStatement): RunStatement =>
    (text, values, options) => {
      sent.set(text, values ?? []);
      return query(text, values, options);
    };
  return {
    ...database,
    query: record(database.query),
    transaction: (work, options) => database.transaction(({ query }) => work({ query: record(query) }), options),
  };
}
