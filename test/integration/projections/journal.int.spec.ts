import { domainEvent, readWalletEvents, type RecordedEvent } from '@tidemark/event-store';
import { currency, Money, type Currency } from '@tidemark/money';
import { dailyTotals, journal, plainNotation, readWalletAt, trialBalance } from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { accountClassOf, accountOf, postingsOf, type Account } from '@tidemark/wallet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestStore } from '../log/log-fixture.js';
import { ProjectionsFixture } from './projections-fixture.js';

const PROJECTIONS = [journal, trialBalance, dailyTotals];
const WALLETS = Array.from({ length: 8 }, (_, i) => `j-${i}`);
const CURRENCIES: Record<string, Currency> = Object.fromEntries(
  [currency('EUR', 2), currency('JPY', 0), currency('ETH', 18), currency('TINY', 18)].map((each) => [each.code, each]),
);
/** `j-7` moves to the other region and back. */
const REGIONS = ['local', 'east'];
const DAY_MS = 24 * 60 * 60 * 1_000;
/** The maximum number of digits of an amount. */
const LARGE = '123456789012345678901234567890.123456789012345678';
const SMALLEST = '0.000000000000000001';

interface Line {
  wallet_id: string;
  version: string;
  line: number;
  account: Account;
  amount: string;
  currency: string;
}

describe.each(engines)('the journal, the trial balance and daily totals on $engine', (engine) => {
  let on: ProjectionsFixture;
  let store: TestStore;
  let now = Date.parse('2026-01-30T23:00:00.000Z');
  let events: RecordedEvent[];

  const move = (type: 'Deposit' | 'Withdraw', walletId: string, amount: string, code: string) =>
    store.execute({ type, walletId, movementId: 'm', amount: Money.of(amount, CURRENCIES[code]!), details: {} });
  const select = async <T extends object>(text: string) =>
    (await on.log.owner.query<T & Record<string, unknown>>(text)).rows;
  const lines = () =>
    select<Line>(`SELECT * FROM journal_entries WHERE generation = 1 ORDER BY wallet_id, version, line`);

  const catchUp = async (limits: { commitsMax: number; eventsMax: number }) => {
    for (const region of REGIONS) {
      const worker = on.worker({ region, projections: PROJECTIONS, limits });
      await worker.catchUp();
      expect(worker.failures).toEqual([]);
      expect(worker.parked).toEqual([]);
      await worker.follower.release();
    }
  };

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    await on.log.allowAnyRecordedTime();
    store = await on.log.open({ clock: () => now });
    await Promise.all(WALLETS.map((walletId) => store.openWallet(walletId)));
    for (let day = 0; day < 3; day++, now += DAY_MS) {
      await Promise.all(WALLETS.map((walletId, i) => move('Deposit', walletId, `${i + 1}.50`, 'EUR')));
      await Promise.all(WALLETS.map((walletId, i) => move('Deposit', walletId, `${i + 1}`, 'JPY')));
      await Promise.all(WALLETS.map((walletId) => move('Withdraw', walletId, '0.25', 'EUR')));
      await Promise.all(WALLETS.map((walletId, i) => store.transfer(walletId, WALLETS[(i + 3) % 8]!, '0.01')));
    }
    await move('Deposit', 'j-0', LARGE, 'ETH');
    for (let i = 0; i < 10; i++) {
      await Promise.all(Array.from({ length: 10 }, () => move('Deposit', 'j-0', SMALLEST, 'ETH')));
    }
    await move('Deposit', 'j-1', SMALLEST, 'TINY');
    await store.rehome('j-7', 'east');
    await move('Deposit', 'j-7', '3.00', 'EUR');
    await store.transfer('j-7', 'j-6', '0.50');
    await store.rehome('j-7', 'local');
    await move('Withdraw', 'j-7', '1.00', 'EUR');
    await catchUp({ commitsMax: 7, eventsMax: 20 });
    const read = WALLETS.map((walletId) => readWalletEvents(on.log.owner, { walletId, after: 0, limit: 1_000 }));
    events = (await Promise.all(read)).flat();
  });
  afterAll(() => on.close());

  it('the journal has the postings of every event, in order', async () => {
    const expected = events.flatMap((event) =>
      postingsOf(event.walletId, domainEvent(event)).map(({ account, amount }, i) => [
        ...[event.walletId, String(event.version), i + 1],
        ...[account, amount.toString(), amount.currency.code],
      ]),
    );
    const written = (await lines()).map((each) => [
      ...[each.wallet_id, each.version, Number(each.line)],
      ...[each.account, each.amount, each.currency],
    ]);
    expect(written).toEqual(expected);
  });

  it('every entry sums to zero in each currency', async () => {
    const entries = Map.groupBy(await lines(), (line) => `${line.wallet_id} ${line.version} ${line.currency}`);
    for (const [entry, of] of entries) expect(sumOf(of).isZero(), entry).toBe(true);
    expect(entries.size).toBe(events.filter(({ type }) => !['WalletOpened', 'WalletRehomed'].includes(type)).length);
  });

  it("a wallet's account equals the fold of the wallet, and nothing is in transit", async () => {
    const accounts = Map.groupBy(await lines(), ({ account, currency: code }) => `${account} ${code}`);
    for (const walletId of WALLETS) {
      const folded = await readWalletAt(on.log.owner, walletId, { version: Number.MAX_SAFE_INTEGER });
      for (const [code, { posted }] of Object.entries(folded!.wallet.balances)) {
        const key = `${accountOf(walletId)} ${code}`;
        expect(sumOf(accounts.get(key)!).toString(), key).toBe(posted.toString());
      }
    }
    expect(sumOf(accounts.get('transfers EUR')!).isZero()).toBe(true);
  });

  it('the trial balance equals the sums of the journal, and balances in each currency', async () => {
    const totals = await select<{ account: string; currency: string; debit: string; credit: string }>(
      `SELECT account, currency, sum(debit)::text AS debit, sum(credit)::text AS credit FROM account_totals
       WHERE generation = 1 GROUP BY account, currency`,
    );
    const journalled = Map.groupBy(await lines(), (line) => `${accountClassOf(line.account)} ${line.currency}`);
    expect(totals.map(({ account, currency: code }) => `${account} ${code}`).sort()).toEqual(
      [...journalled.keys()].sort(),
    );
    const balances = totals.map(({ account, currency: code, debit, credit }) => {
      const [debits, credits] = [debit, credit].map((text) => Money.fromCanonical(plainNotation(text), code));
      const of = journalled.get(`${account} ${code}`)!;
      expect(debits!.negated().toString()).toBe(sumOf(of.filter(isDebit), code).toString());
      expect(credits!.toString()).toBe(
        sumOf(
          of.filter((line) => !isDebit(line)),
          code,
        ).toString(),
      );
      return { currency: code, amount: credits!.minus(debits!).toString() };
    });
    for (const of of Map.groupBy(balances, (each) => each.currency).values()) expect(sumOf(of).isZero()).toBe(true);
  });

  it('daily totals equal the sums of the log by day, region, currency and type', async () => {
    const moved = events.flatMap((recorded) => {
      const event = domainEvent(recorded);
      if (!('amount' in event)) return [];
      const key = `${recorded.recordedAt.slice(0, 10)} ${recorded.region} ${event.amount.currency.code} ${event.type}`;
      return [{ key, amount: event.amount.toString(), currency: event.amount.currency.code }];
    });
    const expected = [...Map.groupBy(moved, ({ key }) => key)].map(
      ([key, of]) => `${key} ${sumOf(of).toString()} ${of.length}`,
    );
    const found = await select<{ key: string; amount: string; count: string }>(
      `SELECT day::text || ' ' || region || ' ' || currency || ' ' || type AS key, sum(amount)::text AS amount, sum(count)::text AS count
       FROM daily_totals WHERE generation = 1 GROUP BY day, region, currency, type`,
    );
    expect(
      found.map(({ key, amount, count }) => `${key} ${plainNotation(amount)} ${plainNotation(count)}`).sort(),
    ).toEqual(expected.sort());
    expect(new Set(moved.map(({ key }) => key.slice(0, 10)))).toEqual(
      new Set(['2026-01-30', '2026-01-31', '2026-02-01', '2026-02-02']),
    );
  });

  it('sums are exact to 48 digits, and are read in plain notation', async () => {
    const found = await select<{ currency: string; credit: string; debit: string }>(
      `SELECT currency, sum(credit)::text AS credit, sum(debit)::text AS debit FROM account_totals
       WHERE generation = 1 AND account = 'wallets' AND currency IN ('ETH', 'TINY') GROUP BY currency ORDER BY currency`,
    );
    expect(found.map(({ credit, debit }) => [plainNotation(credit), plainNotation(debit)])).toEqual([
      ['123456789012345678901234567890.123456789012345778', '0.000000000000000000'],
      [SMALLEST, '0.000000000000000000'],
    ]);
  });

  it('another build with another page size has the same rows', async () => {
    for (const { name } of PROJECTIONS) {
      await on.log.owner.query(
        `INSERT INTO projection_generations (projection, generation, version, state) VALUES ($1, 2, 1, 'following')`,
        [name],
      );
    }
    await catchUp({ commitsMax: 3, eventsMax: 4 });
    for (const table of ['journal_entries', 'account_totals', 'daily_totals']) {
      const [first, second] = await Promise.all(
        [1, 2].map(async (generation) =>
          (await select(`SELECT * FROM ${table} WHERE generation = ${generation}`))
            .map((row) => JSON.stringify({ ...row, generation: undefined }))
            .sort(),
        ),
      );
      expect(second, table).toEqual(first);
      expect(first!.length).toBeGreaterThan(0);
    }
  });
});

const isDebit = ({ amount }: { amount: string }) => amount.startsWith('-');

/** The sum of amounts of one currency. */
function sumOf(of: readonly { amount: string; currency: string }[], code = of[0]!.currency): Money {
  return Money.sum(
    CURRENCIES[code]!,
    of.map(({ amount }) => Money.fromCanonical(amount, code)),
  );
}
