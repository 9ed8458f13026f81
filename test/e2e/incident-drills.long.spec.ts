import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@tidemark/observability';
import { ALL_PROJECTIONS, tablesOf } from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { startWorker, type RunningWorker } from '@tidemark/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { berka, BERKA_MAPPING, Workplace } from './cli-process.js';
import { RunningService } from './running-service.js';

const MOVEMENTS = 28_205;
const WALLETS = 1_139;
const SUMS = { debit: '83866291.30', credit: '120442237.40', balance: '36575946.10' };
/** Lines of the file, including its header, that were imported when the copies were made. */
const YESTERDAY_LINES = 14_001;
/** To compare or rebuild a year of a bank on a busy machine. */
const DRILL_MS_MAX = 180_000;
const VICTIM = '2378';

const NAMES = ALL_PROJECTIONS.map(({ name }) => name);
const TABLES = ALL_PROJECTIONS.flatMap(tablesOf);

/**
 * Incidents, and the reaction of an operator: on the data of a bank, with the running service, and with the commands of
 * the documentation. Each drill ends with the exact sums.
 */
describe.each(engines)('incident drills on $engine', (engine) => {
  describe.skipIf(berka === undefined)('(needs ../shared/data/berka)', () => {
    let service: RunningService;
    let worker: RunningWorker | undefined;
    let at: Workplace;

    const start = async () => {
      const logger = createLogger({ level: 'silent', destination: process.stderr });
      worker = await startWorker({ databaseUrl: service.database.url, logger });
    };
    const stop = async () => {
      await worker?.close();
      worker = undefined;
    };
    const sql = (text: string) => service.database.query(text);
    const imported = async (file: string) => {
      const wallets = ['--wallets', join(berka!, 'accounts.csv'), '--overdraft', 'unlimited'];
      const { code } = await at.json('import', file, '--mapping', BERKA_MAPPING, ...wallets);
      expect(code).toBe(0);
    };
    const projections = (...args: string[]) => at.json('projections', ...args);
    const caughtUp = async () => {
      const behind = async () => {
        const { json } = await projections('list');
        return json.projections.map((each: { behind: { events: number } }) => each.behind.events);
      };
      for (const deadline = performance.now() + DRILL_MS_MAX; performance.now() < deadline; await sleep(500)) {
        if ((await behind()).every((events: number) => events === 0)) return;
      }
      throw new Error('the workers do not catch up');
    };

    beforeAll(async () => {
      service = await RunningService.start(engine);
      at = new Workplace(service.database.url);
      const lines = readFileSync(join(berka!, 'transactions-1993.csv'), 'utf8').split('\n');
      await start();
      await imported(at.write('yesterday.csv', `${lines.slice(0, YESTERDAY_LINES).join('\n')}\n`));
      await caughtUp();
      await stop();
      for (const table of [...TABLES, 'shard_checkpoints']) {
        await sql(`CREATE TABLE yesterday_${table} AS SELECT * FROM ${table}`);
      }
      await start();
      await imported(join(berka!, 'transactions-1993.csv'));
      await caughtUp();
    }, DRILL_MS_MAX);
    afterAll(async () => {
      await stop();
      await service?.close();
      at?.leave();
    });

    const liveOf = async (name: string): Promise<string> => {
      const { json } = await projections('list');
      const { builds } = json.projections.find((each: { name: string }) => each.name === name);
      return builds.find((build: { live: boolean }) => build.live).generation;
    };
    /** The balances of all wallets in the list, in hellers. */
    const listed = async () => {
      let [total, wallets, cursor] = [0n, 0, ''];
      for (;;) {
        const { json } = await service.get(`/v1/wallets?limit=200${cursor}`);
        for (const { balances } of json.wallets) {
          const posted = balances.find(({ currency }: { currency: string }) => currency === 'CZK')?.posted ?? '0.00';
          total += BigInt(posted.replace('.', ''));
          wallets++;
        }
        if (json.nextCursor === undefined) return { wallets, total };
        cursor = `&cursor=${json.nextCursor}`;
      }
    };
    const lines = async () => {
      const live = await liveOf('movements');
      const { rows } = await service.database.query<{ n: string; sum: string }>(
        `SELECT count(*) AS n, sum(amount::decimal) AS sum FROM wallet_movements
         WHERE generation = $1::int8 AND currency = 'CZK'`,
        [live],
      );
      return { lines: Number(rows[0]!.n), sum: rows[0]!.sum };
    };
    const verified = async (name: string) =>
      (await projections('verify', name, '--generation', await liveOf(name))).code;

    /** Checks the same sum in every read, and compares projections with the log. */
    const expectExactSums = async (names: readonly string[] = NAMES) => {
      await caughtUp();
      const { json: trial } = await service.get('/v1/trial-balance');
      const inCrowns = trial.currencies.find(({ currency }: { currency: string }) => currency === 'CZK');
      expect(inCrowns.accounts.find(({ account }: { account: string }) => account === 'wallets')).toMatchObject(SUMS);
      expect(await listed()).toEqual({ wallets: WALLETS, total: 3_657_594_610n });
      expect(await lines()).toEqual({ lines: MOVEMENTS, sum: SUMS.balance });
      for (const name of names) expect(await verified(name), name).toBe(0);
      const file = join(berka!, 'transactions-1993.csv');
      const reconciled = await at.json('reconcile', file, '--mapping', BERKA_MAPPING);
      expect(reconciled.json).toMatchObject({ wallets: WALLETS, differenceTotal: { CZK: '33.20' } });
      expect(reconciled.json.breaks).toHaveLength(458);
    };

    it('before the first incident all sums are exact', { timeout: DRILL_MS_MAX }, () => expectExactSums());

    it('someone ran UPDATE on a balance', { timeout: DRILL_MS_MAX }, async () => {
      const before = (await service.get(`/v1/wallets/${VICTIM}`)).json;
      await sql(
        `UPDATE wallet_balances SET state = replace(state, '"CZK":["', '"CZK":["9') WHERE wallet_id = '${VICTIM}'`,
      );
      expect((await service.get(`/v1/wallets/${VICTIM}`)).json.balances).not.toEqual(before.balances);
      const found = await projections('verify', 'balances');
      expect(found.code).toBe(1);
      expect(found.json.differences).toMatchObject([{ walletId: VICTIM, kind: 'row_differs', region: 'local' }]);

      const repaired = new AbortController();
      const statuses = new Set<number>();
      const deposits = (async () => {
        while (!repaired.signal.aborted) {
          const body = { amount: '0.01', currency: 'EUR' };
          statuses.add((await service.post(`/v1/wallets/${VICTIM}/deposits`, body)).status);
        }
      })();
      const rebuilt = await projections('rebuild', 'balances', '--wallet', VICTIM);
      repaired.abort();
      await deposits;
      expect(rebuilt).toMatchObject({ code: 0, json: { walletId: VICTIM } });
      expect(statuses).toEqual(new Set([201]));
      const { json: now } = await service.get(`/v1/wallets/${VICTIM}`);
      const crowns = ({ balances }: { balances: { currency: string }[] }) =>
        balances.filter(({ currency }) => currency === 'CZK');
      expect(crowns(now)).toEqual(crowns(before));

      const { stdout } = await at.run('projections', 'audit', 'balances');
      const [verify, rebuild] = stdout.trimEnd().split('\n').slice(0, 2).reverse();
      expect(verify).toMatch(/^\S+ {2}cli:\S+ {2}verify balances: done/);
      expect(rebuild).toMatch(new RegExp(`rebuild balances: done {2}.*"walletId":"${VICTIM}"`));
      await expectExactSums(['balances']);
    });

    it('a projection had rounded for a month', { timeout: DRILL_MS_MAX }, async () => {
      await sql(String.raw`UPDATE wallet_balances
        SET state = regexp_replace(state, '"CZK":\["(-?[0-9]+)\.[0-9]+"', '"CZK":["\1.00"')`);
      expect((await listed()).total).not.toBe(3_657_594_610n);
      const live = await liveOf('balances');
      const certificate = at.path('balances.json');
      const refused = await at.run('projections', 'rebuild', 'balances', '--swap', '--certificate', certificate);
      expect(refused.code).toBe(3);
      expect(refused.stderr).toMatch(
        /differences between the live build and generation \d+ of balances are not explained/,
      );
      expect(await liveOf('balances')).toBe(live);

      const swapped = await projections('swap', 'balances', '--accept', 'all');
      expect(swapped).toMatchObject({ code: 0, json: { before: live } });
      expect(swapped.json.accepted.length).toBeGreaterThan(500);
      await expectExactSums(['balances']);
      const { json } = await projections('audit', 'balances');
      const [swap] = json.operations.filter(({ action }: { action: string }) => action === 'swap');
      expect(swap).toMatchObject({ arguments: { accept: ['all'] }, result: { generation: swapped.json.generation } });
    });

    it('half a table was deleted', { timeout: DRILL_MS_MAX }, async () => {
      await sql(`DELETE FROM wallet_movements WHERE version % 2 = 0`);
      expect((await lines()).lines).toBeLessThan(MOVEMENTS * 0.6);
      const found = await projections('verify', 'movements');
      expect(found.code).toBe(1);
      expect(found.json.breaks).toBeGreaterThan(MOVEMENTS * 0.4);
      const rebuilt = await projections('rebuild', 'movements', '--swap', '--accept', 'all');
      expect(rebuilt).toMatchObject({ code: 0, json: { verification: { breaks: 0 }, before: '1' } });
      await expectExactSums(['movements']);
    });

    const bringBack = async (tables: readonly string[]) => {
      await stop();
      for (const table of tables) {
        await sql(`DELETE FROM ${table}`);
        await sql(`INSERT INTO ${table} SELECT * FROM yesterday_${table}`);
      }
      // Yesterday each projection had one build, and it was live.
      await sql(`UPDATE projections SET live_generation = 1`);
      await sql(
        `UPDATE projection_generations SET state = CASE WHEN generation = 1 THEN 'following' ELSE 'dropped' END`,
      );
      await start();
    };

    it('a restore set the read model back to yesterday', { timeout: DRILL_MS_MAX }, async () => {
      await bringBack([...TABLES, 'shard_checkpoints']);
      await expectExactSums();
    });

    it('a restore set the rows back, but not their checkpoints', { timeout: 2 * DRILL_MS_MAX }, async () => {
      await bringBack(TABLES);
      await sleep(2_000); // time for a worker to change rows, if it had anything to do
      expect((await lines()).lines).toBeLessThan(MOVEMENTS);
      for (const name of NAMES) expect(await verified(name), name).toBe(1);
      for (const name of NAMES) {
        const rebuilt = await projections('rebuild', name, '--swap', '--accept', 'all');
        expect(rebuilt, name).toMatchObject({ code: 0, json: { verification: { breaks: 0 }, before: '1' } });
      }
      await expectExactSums();
    });
  });
});
