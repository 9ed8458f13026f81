import { connect, type Database } from '@tidemark/database';
import { strategies, type StrategyName } from '@tidemark/event-store';
import { engines, freshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { failAppends } from '../../simulation/faults/failing-appends.js';
import type { RegionCluster } from '../../simulation/servers/region-cluster.js';
import { setStage, type SetStage } from '../../simulation/stage.js';
import { TestStore } from './log-fixture.js';
import { strategyContract } from './strategy-contract.js';

const HOMES = { near: 'eu-west', far: 'eu-east' } as const;
/** One in this many outcomes fails with 40001, with every strategy. A flush here has fewer outcomes, so that flushes can succeed. */
const FAILING_OUTCOMES = 61;
/** The share of explicit transactions that fail. A selected transaction fails each time, so the share must be small. */
const FORCED_SHARE = 0.3;

const [engine] = engines.filter((each) => each.engine === 'cockroach' && each.found === 'on PATH');
/** `optimistic` is the writer of `grouped` with groups of one: the contract on single nodes has all three. */
const names = (Object.keys(strategies) as StrategyName[]).filter((name) => name !== 'optimistic');
/** The test checks what is written, not how fast. Three nodes on two cores are slow. */
const DEADLINE_MS = 90_000;
const TEST_MS_MAX = 120_000;

/** To spread a schema takes 1 min, so all strategies use the same one. It is emptied for each. */
const WRITTEN = ['wallets', 'wallet_events', 'commits', 'command_outcomes', 'wallet_snapshots'];

/** The contract of strategies.int.spec.ts, with one process in each of two regions and restart errors forced on both. */
describe.skipIf(!engine)('over three regions', () => {
  let stage: SetStage;
  let cluster: RegionCluster;
  let owner: Database;
  let database: string;

  beforeAll(async () => {
    stage = await setStage('cluster', engine!);
    cluster = stage.cluster!;
    const { url } = await freshDatabase(stage.engine);
    await cluster.spread(url);
    database = new URL(url).pathname.slice(1);
    owner = await connect({ url, applicationName: 'test-owner', poolSize: 2 });
  }, 300_000);

  afterAll(async () => {
    await owner?.close();
    await stage?.close();
  }, 60_000);

  describe.each(names)('strategy %s', { timeout: TEST_MS_MAX }, (strategy) =>
    strategyContract(async () => {
      for (const table of WRITTEN) await owner.query(`DELETE FROM ${table} WHERE true`);
      const stopFailing = await failAppends(owner, '40001', FAILING_OUTCOMES);
      const closers: (() => Promise<unknown>)[] = [stopFailing];
      return {
        open: async (place, options) => {
          const url = cluster.url(place === 'here' ? HOMES.near : HOMES.far, database);
          const api = await connect({ url, role: 'tidemark_api', applicationName: 'test-api', poolSize: 6 });
          const store = new TestStore({
            ...options,
            limits: { ...options?.limits, commandDeadlineMs: DEADLINE_MS },
            strategy,
            database: restarting(api),
          });
          closers.push(
            () => api.close(),
            () => store.close(),
          );
          return store;
        },
        homes: HOMES,
        versions: async (walletId) => {
          const text = 'SELECT version FROM wallet_events WHERE wallet_id = $1 ORDER BY version';
          return (await owner.query<{ version: string }>(text, [walletId])).rows.map(({ version }) => Number(version));
        },
        count: async (table, where) => {
          const { rows } = await owner.query<{ n: string }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`);
          return Number(rows[0]!.n);
        },
        close: async () => {
          for (const close of closers.reverse()) await close();
        },
      };
    }),
  );
});

/** CockroachDB ends a share of the explicit transactions with 40001. It retries a single statement by itself. */
function restarting(database: Database): Database {
  return {
    ...database,
    transaction: (work, options) =>
      database.transaction(async (client) => {
        if (Math.random() < FORCED_SHARE) await client.query('SET LOCAL inject_retry_errors_enabled = true');
        return await work(client);
      }, options),
  };
}
