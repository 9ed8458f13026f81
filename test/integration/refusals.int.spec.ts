import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startApi, type StartApiOptions } from '@tidemark/api';
import { cockroachOnPath, connect, localCockroach, type LocalDatabase, StartRefused } from '@tidemark/database';
import { createLogger } from '@tidemark/observability';
import { engines, freshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace, type Ended } from '../e2e/cli-process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The URL of a database on this server that does not exist. */
function nowhere(url: string): string {
  const other = new URL(url);
  other.pathname = `/tidemark_test_${randomUUID().replaceAll('-', '')}`;
  return other.href;
}

function withOption(url: string, option: string): string {
  const other = new URL(url);
  other.searchParams.set('options', option);
  return other.href;
}

/** Runs `tidemark migrate` and expects that it fails. @returns its one line */
async function migrateRefused(url: string, ...options: string[]): Promise<string> {
  const place = new Workplace(url);
  const ended = await place.run('migrate', ...options);
  place.leave();
  expect(ended).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(/^tidemark: [^\n]+\n$/) });
  return ended.stderr.slice('tidemark: '.length).trimEnd();
}

const CLOCK_REFUSED = {
  code: 3,
  said: expect.stringMatching(/^tidemark: this machine's clock is [^\n]+\n$/) as unknown,
};

/** Runs a command in a process whose clock is a minute behind. */
async function behindByAMinute(place: Workplace, url: string, ...command: string[]) {
  const preload = `${ROOT}/test/simulation/preload/jumping-clock.ts`;
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--import', preload, `${ROOT}/apps/cli/dist/main.js`, ...command],
    {
      cwd: place.directory,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, DATABASE_URL: url, CLOCK_OFFSET_FILE: place.write('offset', '-60000') },
    },
  );
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

/** Starts the API and expects that it fails. @returns its one line */
async function startRefused(databaseUrl: string, options: Partial<StartApiOptions> = {}): Promise<string> {
  const logger = createLogger({ level: 'silent' });
  const error: unknown = await startApi({ databaseUrl, port: 0, logger, ...options }).then(
    async (api) => {
      await api.close();
      return expect.unreachable('it started');
    },
    (refused: unknown) => refused,
  );
  expect(error).toBeInstanceOf(StartRefused);
  return (error as Error).message;
}

async function run<Row>(url: string, ...texts: string[]): Promise<Row[]> {
  const database = await connect({ url, applicationName: 'test', poolSize: 1, statementTimeoutMs: 60_000 });
  try {
    let rows: Row[] = [];
    for (const text of texts) ({ rows } = await database.query<Row>(text));
    return rows;
  } finally {
    await database.close();
  }
}

/** Checks that a refused start has created neither the database of this name nor a table in it. @param server connected as an owner */
async function untouched(server: string, { pathname }: URL): Promise<void> {
  const found = await run(server, `SELECT 1 FROM pg_database WHERE datname = '${pathname.slice(1)}'`);
  if (found.length === 0) return;
  const inside = new URL(server);
  inside.pathname = pathname;
  expect(await run(inside.href, `SELECT 1 FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
}

describe.each(engines)('a start on $engine is refused in one line', (engine) => {
  it('if the clocks are too far apart', async () => {
    const fresh = await freshDatabase(engine);
    const by = (ms: number) => ({ wallClock: () => Date.now() + ms });
    expect(await startRefused(fresh.url, by(-60_000))).toMatch(
      /^this machine's clock is (59|60)\d{3} ms behind the database's, and 500 ms are allowed: synchronise both/,
    );
    expect(await startRefused(fresh.url, by(60_000))).toMatch(/ ms ahead of the database's/);
    const nearly = await startApi({
      ...{ databaseUrl: fresh.url, port: 0, logger: createLogger({ level: 'silent' }), ...by(400) },
    });
    await nearly.close();
    await fresh.drop();
  });

  it('also by migrate, which then has created nothing', async () => {
    const url = nowhere(engine.url);
    const place = new Workplace(undefined);
    expect(await behindByAMinute(place, url, 'migrate')).toEqual(CLOCK_REFUSED);
    await untouched(engine.url, new URL(url));
    place.leave();
  });

  it('also by import, because its events would have the wrong time', async () => {
    const fresh = await freshDatabase(engine);
    const place = new Workplace(undefined);
    const movements = {
      ...{ id: 'id', wallet: 'wallet', effectiveAt: 'date' },
      ...{
        amount: { column: 'amount', kind: { column: 'kind', credit: ['in'], debit: ['out'] } },
        currency: { value: 'EUR' },
      },
    };
    place.write('m.json', { source: 's', openWallets: true, movements });
    place.write('f.csv', 'id,wallet,date,kind,amount\n1,alice,2026-01-01,in,1.00\n');
    expect(await behindByAMinute(place, fresh.url, 'import', 'f.csv', '--mapping', 'm.json')).toEqual(CLOCK_REFUSED);
    expect(await run(fresh.url, 'SELECT wallet_id FROM wallets')).toEqual([]);
    place.leave();
    await fresh.drop();
  });

  it('if the server is too old', async () => {
    const fresh = await freshDatabase(engine, { migrations: false });
    const old = { cockroach: 'CockroachDB CCL v23.2.1 (x86_64)', postgres: 'PostgreSQL 12.9 on x86_64' }[engine.engine];
    await run(
      fresh.url,
      `CREATE SCHEMA past`,
      `CREATE FUNCTION past.version() RETURNS text LANGUAGE SQL AS $$ SELECT '${old}' $$`,
    );
    const url = withOption(fresh.url, '-c search_path=past,pg_catalog,public');
    const why = {
      cockroach: 'CockroachDB 23.2.1 is too old: Tidemark needs 25.4 or later',
      postgres: 'PostgreSQL 12.9 is too old: Tidemark needs 15 or later',
    }[engine.engine];
    expect(await migrateRefused(url)).toBe(why);
    expect(await startRefused(url)).toBe(why);
    await untouched(engine.url, new URL(fresh.url));
    await fresh.drop();
  });

  it('if no region is declared and --regions is given', async () => {
    const url = nowhere(engine.url);
    expect(await migrateRefused(url, '--regions')).toBe(
      engine.engine === 'postgres'
        ? 'regions are for CockroachDB; this is PostgreSQL'
        : 'the nodes of this cluster declare no region: start them with --locality=region=…',
    );
    await untouched(engine.url, new URL(url));
  });
});

describe.runIf(cockroachOnPath())('a start on a CockroachDB of its own is refused in one line', () => {
  let node: LocalDatabase;

  beforeAll(async () => {
    node = await localCockroach({ storeSize: '640MiB', locality: 'region=eu-west' });
  });
  afterAll(() => node.stop());

  it('if there are fewer regions than the survival goal needs', async () => {
    const url = nowhere(node.url);
    expect(await migrateRefused(url, '--regions', '--survive', 'region')).toBe(
      'to survive the loss of a region takes 3 regions; there is eu-west',
    );
    expect(await migrateRefused(url, '--regions', '--primary', 'mars')).toBe(
      'mars is no region of this cluster: eu-west',
    );
    await untouched(node.url, new URL(url));
  });

  it.each(['ROLE clerk', 'DATABASE weak', 'ROLE ALL'])('if READ COMMITTED is the default of %s', async (whose) => {
    const set = `ALTER ${whose} SET default_transaction_isolation = 'read committed'`;
    await run(node.url, 'CREATE DATABASE IF NOT EXISTS weak', 'CREATE USER IF NOT EXISTS clerk WITH CREATEDB', set);
    const login = new URL(node.url);
    login.username = 'clerk'; // CockroachDB exempts root from such defaults
    login.pathname = '/weak';
    const urls = whose.startsWith('DATABASE') ? [login.href] : [login.href, nowhere(login.href)];
    for (const url of urls) {
      expect(await migrateRefused(url)).toMatch(
        /^the default isolation of this CockroachDB is READ COMMITTED; Tidemark /,
      );
      expect(await startRefused(url)).toMatch(
        /^the default isolation of this CockroachDB is READ COMMITTED; Tidemark /,
      );
      await untouched(node.url, new URL(url));
    }
    await run(node.url, `ALTER ${whose} RESET default_transaction_isolation`);
  });
});

describe.runIf(cockroachOnPath())('a CockroachDB that needs a licence key', () => {
  /** CockroachDB's own test settings. Otherwise a single node needs no key, and several nodes need one after seven days. */
  const nodeWithGrace = async (grace: string) => {
    const switches = {
      COCKROACH_SKIP_LICENSE_ENFORCEMENT_DISABLE: 'true',
      COCKROACH_LICENSE_GRACE_PERIOD_DURATION: grace,
    };
    Object.assign(process.env, switches);
    const node = await localCockroach({ storeSize: '640MiB' });
    for (const name of Object.keys(switches)) delete process.env[name];
    return node;
  };

  it('is refused by migrate and by a start, and nothing is changed', async () => {
    const node = await nodeWithGrace('1s');
    const url = nowhere(node.url);
    const why =
      "this CockroachDB has no valid licence key and lets 5 transactions be open at once: install one (SET CLUSTER SETTING enterprise.license = '…')";
    await expect.poll(() => startRefused(url), { timeout: 20_000 }).toBe(why);
    expect(await migrateRefused(url)).toBe(why);
    await untouched(node.url, new URL(url));
    await node.stop();
  });

  it('is used until it throttles, with a warning', async () => {
    const node = await nodeWithGrace('24h');
    const place = new Workplace(nowhere(node.url));
    const ended: Ended = await place.run('migrate');
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/^CockroachDB says: No license is installed\. Throttling will begin after /);
    place.leave();
    await node.stop();
  });
});
