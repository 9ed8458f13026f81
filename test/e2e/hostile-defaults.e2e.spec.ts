import { randomUUID } from 'node:crypto';
import { connect, type Database, type Engine } from '@tidemark/database';
import { engines, type TestEngine } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';
import { RunningService } from './running-service.js';

/** Defaults of a login with which results would differ, or statements would fail. */
const HOSTILE_TO_BOTH: Readonly<Record<string, string>> = {
  TimeZone: 'Asia/Kolkata',
  IntervalStyle: 'sql_standard',
  extra_float_digits: '-15',
  bytea_output: 'escape',
  search_path: 'elsewhere',
  default_transaction_read_only: 'on',
  statement_timeout: '1ms',
  lock_timeout: '1ms',
  idle_in_transaction_session_timeout: '1ms',
};
const HOSTILE: Readonly<Record<Engine, Readonly<Record<string, string>>>> = {
  postgres: {
    DateStyle: 'SQL',
    standard_conforming_strings: 'off',
    client_encoding: 'LATIN1',
    default_transaction_isolation: 'serializable',
    default_transaction_deferrable: 'on',
    idle_session_timeout: '500ms',
    transaction_timeout: '500ms',
    array_nulls: 'off',
    transform_null_equals: 'on',
    synchronous_commit: 'off',
  },
  cockroach: {
    DateStyle: 'ISO, DMY', // it has no other style
    default_transaction_use_follower_reads: 'on',
    default_transaction_priority: 'high',
    enforce_home_region: 'on',
    idle_in_session_timeout: '500ms',
    transaction_timeout: '500ms',
    null_ordered_last: 'on',
    default_int_size: '4',
    sql_safe_updates: 'on',
    disallow_full_table_scans: 'on',
    transaction_rows_read_err: '1',
    transaction_rows_written_err: '1',
  },
};

/** Replaces times, ids and positions, which differ in each run. */
const comparable = (text: string) =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replaceAll(/"[0-9a-f]{64}"/g, '"HASH"')
    .replaceAll(/root [0-9a-f]+…/g, 'ROOT')
    .replaceAll(/"behind":\{[^}]*\}/g, 'BEHIND')
    .replaceAll(/"position":"[\d.]+"/g, '"position":"P"');

/** The commands of a caller and an operator, with their answers. */
async function story(service: RunningService): Promise<string[]> {
  const told: string[] = [];
  const tell = ({ status, text }: { status: number; text: string }) => void told.push(`${status} ${comparable(text)}`);
  let position = '';
  for (const walletId of ['Zoe', 'alice', 'Bob', 'a_b', 'ab']) {
    tell(await service.post('/v1/wallets', { walletId, metadata: { note: '\\ \' " ü €', empty: '' } }));
  }
  for (const [walletId, amount] of [
    ['alice', '1234567.89'],
    ['Bob', '0.01'],
    ['Zoe', '7.00'],
  ]) {
    const body = { amount, currency: 'EUR', reference: 'NULL' };
    const path = `/v1/wallets/${encodeURIComponent(walletId!)}/deposits`;
    tell(await service.post(path, body, { key: `deposit-${walletId}` }));
    tell(await service.post(path, body, { key: `deposit-${walletId}` }));
  }
  const legs = { from: 'alice', to: 'Bob', amount: '34567.89', currency: 'EUR' };
  const transfer = await service.post('/v1/transfers', legs, { key: 'transfer' });
  tell(transfer);
  position = transfer.json.position as string;
  tell(await service.post('/v1/wallets/ab/withdrawals', { amount: '1.00', currency: 'EUR' }));
  for (const path of ['wallets', 'journal', 'trial-balance', 'daily-totals']) {
    tell(await service.get(`/v1/${path}?minPosition=${position}`));
  }
  for (const path of ['alice', 'alice/statement', 'alice/events', 'alice?at=2']) {
    tell(await service.get(`/v1/wallets/${path}`));
  }
  return told;
}

async function operate(url: string): Promise<string[]> {
  const place = new Workplace(url);
  const told: string[] = [];
  for (const command of [
    'migrate',
    'doctor',
    'wallet show alice',
    'wallet statement alice',
    'projections rebuild balances --swap',
  ]) {
    const { code, stdout } = await place.run(...command.split(' '));
    told.push(`${command}: ${code} ${comparable(stdout).replaceAll(/[\d.]{1,20} (s|ms|events\/s)\b/g, 'SOME')}`);
  }
  place.leave();
  return told;
}

describe.each(engines)('the defaults of a login on $engine', (engine) => {
  const login = `tidemark_test_${randomUUID().slice(0, 8)}`;
  let server: Database;
  let hostile: RunningService;
  let plain: RunningService;
  const asLogin = (): TestEngine => {
    const url = new URL(engine.url);
    url.username = login;
    return { ...engine, url: url.href };
  };

  beforeAll(async () => {
    server = await connect({ url: engine.url, applicationName: 'test', poolSize: 1, statementTimeoutMs: 60_000 });
    await server.query(
      engine.engine === 'postgres' ? `CREATE ROLE ${login} LOGIN SUPERUSER` : `CREATE ROLE ${login} LOGIN`,
    );
    if (engine.engine === 'cockroach') await server.query(`GRANT admin TO ${login}`);
    const settings = { ...HOSTILE_TO_BOTH, ...HOSTILE[engine.engine] };
    for (const [name, value] of Object.entries(settings)) {
      if (name === 'transaction_timeout' && engine.engine === 'postgres' && Number.parseInt(engine.version, 10) < 17)
        continue;
      await server.query(`ALTER ROLE ${login} SET ${name} = ${/^-?\d+$/.test(value) ? value : `'${value}'`}`);
    }
    plain = await RunningService.start(engine, { worker: true });
    hostile = await RunningService.start(asLogin(), { worker: true });
  });
  afterAll(async () => {
    await hostile?.close();
    await plain?.close();
    // A temporary CockroachDB keeps the databases of its tests, and this login owns one.
    if (engine.engine === 'postgres' || engine.found === 'DATABASE_URL') await server.query(`DROP ROLE ${login}`);
    await server.close();
  });

  it('do not change any answer of the API', async () => {
    const [found, expected] = [await story(hostile), await story(plain)];
    expect(found).toEqual(expected);
    expect(found.filter((each) => /^[45]/.test(each))).toEqual([expect.stringMatching(/^422 .*insufficient_funds/)]);
    expect(found.join()).toContain('1200000.00');
  });

  it('are all replaced in a session', async () => {
    const names = Object.keys({ ...HOSTILE_TO_BOTH, ...HOSTILE[engine.engine] });
    const settings = async ({ database }: RunningService) => {
      const { rows } = await database.query(
        `SELECT n.name, current_setting(n.name, true) AS value FROM unnest($1::text[]) AS n(name) ORDER BY n.name`,
        [names],
      );
      return rows;
    };
    const [found, expected] = [await settings(hostile), await settings(plain)];
    expect(found).toEqual(expected);
    expect(found).toHaveLength(names.length);
  });

  it('do not change the output for an operator', async () => {
    expect(await operate(hostile.database.url)).toEqual(await operate(plain.database.url));
  });

  it('do not prevent the creation of a new database', async () => {
    const url = new URL(asLogin().url);
    url.pathname = `/tidemark_test_${randomUUID().replaceAll('-', '')}`;
    const place = new Workplace(url.href);
    const made = await place.run('migrate');
    expect(made.stderr).not.toMatch(/^tidemark:/m);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining(' 0 applied before') });
    place.leave();
    await server.query(`DROP DATABASE ${url.pathname.slice(1)}`);
  });

  if (engine.engine !== 'postgres') return;

  it('do not let an answered command be lost in a crash of the server', async () => {
    const { rows } = await hostile.database.query(`SELECT current_setting('synchronous_commit') AS level`);
    expect(rows).toEqual([{ level: 'on' }]);
  });

  it('do not let a policy hide rows silently', async () => {
    const { rows } = await hostile.database.query(`SELECT current_setting('row_security') AS policies`);
    expect(rows).toEqual([{ policies: 'off' }]);
  });
});
