import { readAccountLines, readDailyTotals, readJournal, ReadModel } from '@tidemark/application';
import {
  GetStatementHandler,
  GetStatementQuery,
  ListWalletsHandler,
  ListWalletsQuery,
} from '@tidemark/application/nest';
import type { Database, Engine } from '@tidemark/database';
import { currency } from '@tidemark/money';
import { readFreshWallet, readProjectedWallet } from '@tidemark/projections';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture } from './projections-fixture.js';

const EUR = currency('EUR', 2);
const REGIONS = ['local', 'east'];
/** Entries in each region: enough that the planner prefers an index. */
const ENTRIES = 5_000;
const ALL = { builds: { generation: '1', regions: {} }, limit: 10_000 };
const SPAN = { from: '2026-01-01T00:10:00.000Z', to: '2026-01-01T00:10:20.000Z' };
const DAYS = { from: '2026-03-01', to: '2026-03-04' };

/** A full scan of a table. No page may need it. */
const FULL_SCAN: Record<Engine, RegExp> = {
  postgres: /Seq Scan on (journal_entries|daily_totals|wallet_balances|wallet_movements)/,
  cockroach: /FULL SCAN/,
};

type JournalPlaced = { recordedAt: string; walletId: string; version: number };

describe.each(engines)('pages of the journal and of daily totals in two regions, on $engine', (engine) => {
  let on: ProjectionsFixture;
  let readModel: ReadModel;
  const sent: { text: string; values: readonly unknown[] }[] = [];

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    const { owner } = on.log;
    for (const region of REGIONS) await owner.query(FILL_JOURNAL, [region, ENTRIES]);
    await owner.query(FILL_DAILY_TOTALS, [REGIONS]);
    for (const fill of FILL_WALLETS) await owner.query(fill, [REGIONS, ENTRIES]);
    for (const table of ['journal_entries', 'daily_totals', 'wallets', 'wallet_balances', 'wallet_movements'])
      await owner.query(`ANALYZE ${table}`);
    readModel = new ReadModel(watched(owner, sent), REGIONS);
  });
  afterAll(() => on.close());

  const placeOf = ({ recordedAt, walletId, version }: JournalPlaced) => ({ recordedAt, walletId, version });
  const selected = async (where: string) => {
    const { rows } = await on.log.owner.query<{ recorded_at: string; wallet_id: string; version: string }>(
      `SELECT recorded_at, wallet_id, version FROM journal_entries WHERE line = 1 AND ${where}
       ORDER BY recorded_at DESC, wallet_id DESC, version DESC`,
    );
    return rows.map((row) => ({
      ...{ recordedAt: row.recorded_at, walletId: row.wallet_id, version: Number(row.version) },
    }));
  };
  const inSpan = `recorded_at >= '${SPAN.from}' AND recorded_at < '${SPAN.to}'`;

  it.each<[string, Parameters<typeof readJournal>[1] | object, string]>([
    ['all', SPAN, inSpan],
    ['of one account', { ...SPAN, counterAccount: 'transfers' }, `${inSpan} AND account = 'transfers'`],
    ['of one named account', { counterAccount: 'world:bank-1' }, `account = 'world:bank-1'`],
    ['of one wallet', { walletId: 'w-7' }, `wallet_id = 'w-7'`],
    [
      'of one wallet and account',
      { walletId: 'w-7', counterAccount: 'world' },
      `wallet_id = 'w-7' AND account = 'world'`,
    ],
  ])('%s: every entry once, newest first, with any page size', async (_, filter, where) => {
    const expected = await selected(where);
    expect(expected.length).toBeGreaterThan(10);
    expect((await readJournal(readModel, { ...ALL, ...filter, before: undefined })).entries.map(placeOf)).toEqual(
      expected,
    );
    for (const limit of [1, 3, 7]) {
      const found: JournalPlaced[] = [];
      for (let before: JournalPlaced | undefined; ;) {
        const { entries } = await readJournal(readModel, { ...ALL, ...filter, limit, before });
        if (entries.length === 0) break;
        found.push(...entries.map(placeOf));
        before = found.at(-1);
        expect(entries.every(({ lines }) => lines.length === 2)).toBe(true);
      }
      expect(found).toEqual(expected);
    }
  });

  it.each(['world', 'world:bank-0', 'transfers'] as const)(
    'of the account %s: every line once, oldest first, with any page size',
    async (account) => {
      const asked = { builds: ALL.builds, account: account as 'world', currency: EUR, from: undefined, to: SPAN.to };
      const expected = (await selected(`account = '${account}' AND recorded_at < '${SPAN.to}'`)).reverse();
      expect(expected.length).toBeGreaterThan(10);
      for (const limit of [1_000, 7]) {
        const found: JournalPlaced[] = [];
        for (;;) {
          const { lines } = await readAccountLines(readModel, { ...asked, limit, after: found.at(-1) });
          found.push(...lines.map(placeOf));
          if (lines.length < limit) break;
        }
        expect(found).toEqual(expected);
      }
      const { before } = await readAccountLines(readModel, { ...asked, from: SPAN.from, limit: 1, after: undefined });
      const earlier = expected.filter(({ recordedAt }) => recordedAt < SPAN.from);
      expect(before?.toString()).toBe(`-${earlier.length}.00`);
    },
  );

  it('daily totals: each once, summed over shards, with any page size', async () => {
    const { totals: all } = await readDailyTotals(readModel, { ...ALL, ...DAYS, after: undefined });
    expect(all).toHaveLength(4 * 2 * 2);
    expect(all[0]).toEqual({
      ...{ day: '2026-03-01', region: 'east', currency: 'EUR', type: 'FundsDeposited' },
      ...{ amount: '24.00', count: 16 },
    });
    for (const limit of [1, 3, 7]) {
      const found: (typeof all)[number][] = [];
      for (;;) {
        const { totals } = await readDailyTotals(readModel, { ...ALL, ...DAYS, limit, after: found.at(-1) });
        if (totals.length === 0) break;
        found.push(...totals);
      }
      expect(found).toEqual(all);
    }
    const ofOne = await readDailyTotals(readModel, {
      ...ALL,
      ...DAYS,
      region: 'local',
      currency: 'JPY',
      after: undefined,
    });
    expect(ofOne.totals).toEqual(all.filter(({ region, currency }) => region === 'local' && currency === 'JPY'));
  });

  it.each<Record<string, string>>([{}, { east: '2' }])('no page scans a whole table, with %j', async (regions) => {
    const asked = { builds: { generation: '1', regions }, limit: 51 };
    const before = { recordedAt: SPAN.to, walletId: 'w-100', version: 7 };
    const after = { day: '2026-03-01', region: 'east', currency: 'EUR', type: 'FundsDeposited' };
    sent.length = 0;
    await readJournal(readModel, { ...asked, before: undefined });
    await readJournal(readModel, { ...asked, before });
    await readJournal(readModel, { ...asked, ...SPAN, counterAccount: 'world', before });
    await readJournal(readModel, { ...asked, walletId: 'w-7', before });
    await readDailyTotals(readModel, { ...asked, after: undefined });
    await readDailyTotals(readModel, { ...asked, after });
    await readDailyTotals(readModel, { ...asked, ...DAYS, after: undefined });
    await readJournal(readModel, { ...asked, ...SPAN, counterAccount: 'world:bank-1', before });
    for (const after of [undefined, before]) {
      const ofAccount = { account: 'world:bank-1', currency: EUR, ...SPAN, limit: 51 } as const;
      await readAccountLines(readModel, { ...ofAccount, builds: asked.builds, after });
    }
    // A statement's first page has a sum and, as the log is empty here, no events.
    expect(sent).toHaveLength(11);
    await expectLookups();
  });

  it.each<Record<string, string>>([{}, { local: '2' }])(
    'no page of wallets scans a whole table, with %j',
    async (regions) => {
      await on.log.owner.query(`UPDATE projections SET region_builds = $1`, [JSON.stringify(regions)]);
      // With one region, as in every PostgreSQL database, the page would be half of the table, so the planner would choose a scan.
      const lived = engine.engine === 'postgres' ? ['local'] : REGIONS;
      const fresh = new ReadModel(watched(on.log.owner, sent), lived);
      sent.length = 0;
      await new ListWalletsHandler(fresh).execute(new ListWalletsQuery({ limit: 50 }));
      await new ListWalletsHandler(fresh).execute(new ListWalletsQuery({ limit: 50, prefix: 'v-1' }));
      await new GetStatementHandler(fresh).execute(new GetStatementQuery('v-7', { limit: 50 }));
      expect(sent.length).toBeGreaterThanOrEqual(3);
      await expectLookups();
      sent.length = 0;
      const { query, engine: name } = on.log.owner;
      const reader = {
        engine: name,
        query: ((text, values = [], options) => {
          sent.push({ text, values });
          return query(text, values, options);
        }) as typeof query,
      };
      await readFreshWallet(reader, 'v-7');
      await readProjectedWallet(reader, 'v-7');
      expect(sent).toHaveLength(2);
      await expectLookups();
    },
  );

  async function expectLookups(): Promise<void> {
    for (const { text, values } of sent) {
      const { rows } = await on.log.owner.query<Record<string, string>>(`EXPLAIN ${filledIn(text, values)}`);
      const plan = rows.map((row) => Object.values(row)[0]).join('\n');
      expect(plan, text).not.toMatch(FULL_SCAN[engine.engine]);
    }
  }
});

/** Replaces placeholders by values: CockroachDB cannot explain a statement with placeholders. */
function filledIn(text: string, values: readonly unknown[]): string {
  return text.replace(/\$(\d+)/g, (_, n) => {
    const value = values[Number(n) - 1];
    return Array.isArray(value) ? `'{${value.join()}}'` : `'${String(value)}'`;
  });
}

/** A database whose pool records its statements. */
function watched(database: Database, sent: { text: string; values: readonly unknown[] }[]): Database {
  const pool = Object.create(database.pool) as Database['pool'];
  const query = (config: { text: string }, values: unknown[]) => {
    sent.push({ text: config.text, values });
    return database.pool.query(config, values);
  };
  pool.query = query as Database['pool']['query'];
  return { ...database, pool };
}

// A wallet moves back and forth: odd versions are in one region, even versions in the other. Four entries share each second.
const FILL_JOURNAL = `
INSERT INTO journal_entries (generation, region, wallet_id, version, line, position, account, amount, currency, type,
  movement_id, recorded_at)
SELECT 1, $1::text, 'w-' || (i % 200), (i - i % 200) / 200 * 2 + CASE $1::text WHEN 'local' THEN 1 ELSE 2 END, l, i,
  CASE WHEN l = 2 THEN 'wallet:w-' || (i % 200) WHEN i % 3 = 0 THEN 'transfers'
    WHEN i % 7 = 0 THEN 'world:bank-' || (i % 2) ELSE 'world' END,
  CASE l WHEN 1 THEN '-1.00' ELSE '1.00' END, 'EUR', 'FundsDeposited', 'm',
  '2026-01-01T00:00:00Z'::timestamptz + (i - i % 4) / 4 * interval '1 second'
FROM generate_series(0, $2::int8 - 1) AS a(i), generate_series(1, 2) AS b(l)`;

// In both builds, each wallet has its home in one region and earlier events in the other.
const FILL_WALLETS = [
  `INSERT INTO wallets (wallet_id, region, former_regions)
   SELECT 'v-' || i, ($1::text[])[1], ARRAY[($1::text[])[2]] FROM generate_series(1, $2::int8) AS a(i)`,
  `INSERT INTO wallet_balances (generation, region, wallet_id, shard, version, position, state_version, state, opened_at, updated_at)
   SELECT g, r, 'v-' || i, 0, 1, i, 0, '{}', now(), now()
   FROM generate_series(1, 2) AS c(g), unnest($1::text[]) AS b(r), generate_series(1, $2::int8) AS a(i)`,
  `INSERT INTO wallet_movements (generation, region, wallet_id, version, position, type, movement_id, amount, currency,
     balance_after, recorded_at)
   SELECT g, r, 'v-' || i % 100, i, i, 'FundsDeposited', 'm', '1.00', 'EUR', '1.00', now()
   FROM generate_series(1, 2) AS c(g), unnest($1::text[]) AS b(r), generate_series(1, $2::int8) AS a(i)`,
];

const FILL_DAILY_TOTALS = `
INSERT INTO daily_totals (generation, region, shard, day, currency, type, amount, count)
SELECT 1, r, s, '2026-01-01'::date + d::int4, c, 'FundsDeposited', 1.50, 1
FROM unnest($1::text[]) AS a(r), generate_series(0, 15) AS b(s), generate_series(0, 199) AS e(d),
  unnest(ARRAY['EUR', 'JPY']) AS f(c)`;
