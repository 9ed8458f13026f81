import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Database } from '@tidemark/database';
import { readFreshWallet } from '@tidemark/projections';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { berka, BERKA_MAPPING, Workplace } from './cli-process.js';

const MOVEMENTS = 28_205;
const WALLETS = 1_139;
const EXACT = {
  read: MOVEMENTS,
  wallets: WALLETS,
  credits: { CZK: '120442237.40' },
  debits: { CZK: '83866291.30' },
  net: { CZK: '36575946.10' },
};
const CREDITS = new Set(['cash_deposit', 'transfer_in', 'interest_credit']);
/** The whole import on a busy machine, where the engine shares two cores with all other processes. */
const IMPORT_MS_MAX = 120_000;

const rowsOf = (name: string): Record<string, string>[] => parse(readFileSync(join(berka!, name)), { columns: true });
const hellers = (amount: string) => BigInt(amount.replace('.', ''));

/** The rule, without any of our code: a debit that would make the running sum negative is rejected and does not count. */
function overdrawing(): { lines: number[]; balances: Map<string, bigint> } {
  const balances = new Map<string, bigint>();
  const lines = rowsOf('transactions-1993.csv').flatMap(({ account_id, kind, amount }, i) => {
    const before = balances.get(account_id!) ?? 0n;
    const after = before + (CREDITS.has(kind!) ? hellers(amount!) : -hellers(amount!));
    if (after < 0n && after < before) return [i + 2];
    balances.set(account_id!, after);
    return [];
  });
  return { lines, balances };
}

const imported = (...more: string[]) => [
  ...['import', join(berka!, 'transactions-1993.csv'), '--mapping', BERKA_MAPPING],
  ...['--wallets', join(berka!, 'accounts.csv'), ...more],
];

async function eventsIn(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: string }>('SELECT count(*) AS count FROM wallet_events');
  return Number(rows[0]!.count);
}

async function balancesIn(database: Database): Promise<Map<string, string>> {
  const walletIds = rowsOf('accounts.csv').map(({ account_id }) => account_id!);
  const found = await Promise.all(walletIds.map((walletId) => readFreshWallet(database, walletId)));
  return new Map(found.map((state, i) => [walletIds[i]!, `${state!.wallet.balances.CZK?.posted ?? '0.00'}`]));
}

describe.each(engines)('a year of a bank on $engine', (engine) => {
  describe.skipIf(berka === undefined)('(needs ../shared/data/berka)', () => {
    let fresh: FreshDatabase;
    let database: Database;
    let at: Workplace;

    beforeAll(async () => {
      fresh = await freshDatabase(engine);
      database = await connect({ url: fresh.url, applicationName: 'import-berka.e2e' });
      at = new Workplace(fresh.url);
    });
    afterAll(async () => {
      await database?.close();
      await fresh?.drop();
      at?.leave();
    });

    it('books every movement, to the last heller', { timeout: IMPORT_MS_MAX }, async () => {
      const { code, json } = await at.json(...imported('--overdraft', 'unlimited'));
      expect(json).toMatchObject({ ...EXACT, booked: MOVEMENTS, replayed: 0, rejected: 0, rejectsFile: null });
      expect(code).toBe(0);
      expect(await eventsIn(database)).toBe(MOVEMENTS + WALLETS);
      const expected = rowsOf('expected-balances-1993.csv');
      expect(await balancesIn(database)).toEqual(
        new Map(expected.map(({ account_id, sum_of_amounts }) => [account_id, sum_of_amounts])),
      );
    });

    it('stores region, opening date and district with the wallet, and the day with the movement', async () => {
      const { json } = await at.json('wallet', 'show', '15');
      expect(json.metadata).toEqual({ openedOn: '1993-10-02', district: 'north Moravia', homeRegion: 'eu-east' });
      const { json: statement } = await at.json('wallet', 'statement', '2378', '--limit', '1');
      expect(statement.movements).toMatchObject([
        { amount: '700.00', currency: 'CZK', effectiveAt: '1993-01-01T00:00:00.000Z', description: 'cash_deposit' },
      ]);
    });

    it('changes nothing when it is run again', { timeout: IMPORT_MS_MAX }, async () => {
      const { code, json } = await at.json(...imported('--overdraft', 'unlimited'));
      expect(json).toMatchObject({ ...EXACT, booked: 0, replayed: MOVEMENTS, rejected: 0, walletsOpened: 0 });
      expect(code).toBe(0);
      expect(await eventsIn(database)).toBe(MOVEMENTS + WALLETS);
    });

    it('reconciles except for the 458 accounts where the bank rounds', { timeout: IMPORT_MS_MAX }, async () => {
      const file = join(berka!, 'transactions-1993.csv');
      const { code, json } = await at.json('reconcile', file, '--mapping', BERKA_MAPPING);
      const drifting = rowsOf('expected-balances-1993.csv').filter(({ difference }) => difference !== '0.00');
      expect(json.breaks).toEqual(
        drifting
          .map(({ account_id, sum_of_amounts, bank_balance, difference }) => ({
            ...{ walletId: account_id!, currency: 'CZK' },
            ...{ ours: sum_of_amounts, theirs: bank_balance, difference },
          }))
          .sort((a, b) => (a.walletId < b.walletId ? -1 : 1)),
      );
      expect(json).toMatchObject({ wallets: WALLETS, matching: WALLETS - 458, differenceTotal: { CZK: '33.20' } });
      expect(json.breaks.length).toBe(458);
      expect(code).toBe(1);
    });
  });
});

describe.each(engines)('a year of a bank, killed and refused, on $engine', (engine) => {
  describe.skipIf(berka === undefined)('(needs ../shared/data/berka)', () => {
    let fresh: FreshDatabase;
    let database: Database;
    let at: Workplace;
    const { lines: refused, balances } =
      berka === undefined ? { lines: [], balances: new Map<string, bigint>() } : overdrawing();

    beforeAll(async () => {
      fresh = await freshDatabase(engine);
      database = await connect({ url: fresh.url, applicationName: 'import-berka.e2e' });
      at = new Workplace(fresh.url);
    });
    afterAll(async () => {
      await database?.close();
      await fresh?.drop();
      at?.leave();
    });

    const listed = () => parse(at.read('transactions-1993.rejects.csv'), { columns: true }) as Record<string, string>[];

    it('is killed with -9 in the middle', { timeout: IMPORT_MS_MAX }, async () => {
      const { child, ended } = at.start(...imported('--json'));
      while (child.exitCode === null && (await eventsIn(database)) < MOVEMENTS / 3) {
        await new Promise((done) => setTimeout(done, 20));
      }
      child.kill('SIGKILL');
      expect((await ended).code).toBeNull();
      expect(await eventsIn(database)).toBeLessThan(MOVEMENTS);
    });

    it(
      'continues where it stopped, and rejects exactly the movements that would overdraw',
      { timeout: IMPORT_MS_MAX },
      async () => {
        const { code, json } = await at.json(...imported());
        expect(json).toMatchObject({ read: MOVEMENTS, rejected: refused.length, wallets: WALLETS });
        expect(json.rejectedByCode).toEqual({ insufficient_funds: refused.length });
        expect(json.booked + json.replayed).toBe(MOVEMENTS - refused.length);
        expect(json.replayed).toBeGreaterThanOrEqual(MOVEMENTS / 3 - WALLETS);
        expect(code).toBe(1);
        expect(await eventsIn(database)).toBe(MOVEMENTS + WALLETS - refused.length);
        const ours = await balancesIn(database);
        expect(new Map([...ours].map(([walletId, amount]) => [walletId, hellers(amount)]))).toEqual(balances);
      },
    );

    it('lists them with line, reason and the original row', () => {
      expect(listed().map(({ line }) => Number(line))).toEqual(refused);
      const rows = rowsOf('transactions-1993.csv');
      for (const { line, code, detail, ...row } of listed()) {
        expect(row).toEqual(rows[Number(line) - 2]);
        expect(code).toBe('insufficient_funds');
        expect(detail).toContain(`requested ${row.amount} CZK, available `);
      }
    });

    it(
      'gives the same result when it is run again, also for movements that would be possible now',
      { timeout: IMPORT_MS_MAX },
      async () => {
        const { code, json } = await at.json(...imported('--overdraft', 'unlimited'));
        expect(json).toMatchObject({ booked: 0, replayed: MOVEMENTS - refused.length, rejected: refused.length });
        expect(code).toBe(1);
        expect(listed().map(({ line }) => Number(line))).toEqual(refused);
      },
    );

    it('decides them again with --retry-rejected, and then never again', { timeout: IMPORT_MS_MAX }, async () => {
      const first = await at.json(...imported('--overdraft', 'unlimited', '--retry-rejected'));
      const booked = { booked: refused.length, replayed: MOVEMENTS - refused.length, rejected: 0 };
      expect(first.json).toMatchObject({ ...EXACT, ...booked, rejectsFile: null });
      expect(first.code).toBe(0);
      const second = await at.json(...imported('--retry-rejected'));
      expect(second.json).toMatchObject({ ...EXACT, booked: 0, replayed: MOVEMENTS, rejected: 0 });
      expect(await eventsIn(database)).toBe(MOVEMENTS + WALLETS);
    });
  });
});
