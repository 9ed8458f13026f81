import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cockroachOnPath,
  connect,
  localCockroach,
  type LocalDatabase,
  localPostgres,
  migrate,
  migrationsOf,
} from '@tidemark/database';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

const isRoot = process.getuid?.() === 0;

/** Runs `script` as a separate process, which can be killed. It prints JSON lines. It uses the output of `tsc -b`. */
function start(script: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    child,
    line: async () => JSON.parse(String((await once(child.stdout, 'data'))[0])) as Record<string, unknown>,
  };
}

describe('the embedded PostgreSQL', () => {
  let directory: string;
  let running: LocalDatabase[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidemark-local-'));
    await chmod(directory, 0o755);
    running = [];
  });
  afterEach(async () => {
    for (const local of running) await local.stop();
    const moved = await readFile(join(directory, 'moved-to'), 'utf8').catch(() => '');
    if (moved !== '') await rm(moved.trim(), { recursive: true });
    await rm(directory, { recursive: true });
  });

  const up = async (options: Partial<Parameters<typeof localPostgres>[0]> = {}) => {
    const local = await localPostgres({ directory, database: 'postgres', ...options });
    running.push(local);
    return local;
  };
  const ask = async (local: LocalDatabase, text: string) => {
    const database = await connect({ url: local.url, applicationName: 'test', poolSize: 1 });
    return await database.query<Record<string, string>>(text).then(
      ({ rows }) => database.close().then(() => rows),
      (error: unknown) => database.close().then(() => Promise.reject(error as Error)),
    );
  };
  const pid = async () => Number((await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  const isUp = () => existsSync(join(directory, 'data', 'postmaster.pid'));

  it('is durable, listens on loopback alone, and speaks UTF-8 with locale C', async () => {
    const local = await up();
    expect(local).toMatchObject({ engine: 'postgres', startedHere: true });
    const [settings] = await ask(
      local,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
              current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS listens,
              current_setting('unix_socket_directories') AS sockets, current_setting('server_encoding') AS encoding,
              datcollate AS locale FROM pg_database WHERE datname = 'postgres'`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      commit: 'on',
      pages: 'on',
      listens: '127.0.0.1',
      sockets: '',
      encoding: 'UTF8',
      locale: 'C',
    });
  });

  it('keeps its data and its port across restarts', async () => {
    const first = await up({ database: 'wallets' });
    await migrate({ url: first.url, directory: migrationsOf('postgres') });
    await first.stop();
    expect(isUp()).toBe(false);
    const second = await up({ database: 'wallets' });
    expect(second.url).toBe(first.url);
    expect(second.startedHere).toBe(true);
    expect(await ask(second, 'SELECT count(*) FROM wallet_events')).toEqual([{ count: '0' }]);
  });

  it('takes another port when its own is taken', async () => {
    const first = await up();
    await first.stop();
    const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(squatter, 'listening');
    const second = await up();
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
    squatter.close();
  });

  it('is started by exactly one of several processes that start at once, and stopped by the last', async () => {
    const all = await Promise.all([up(), up(), up(), up()]);
    expect(all.filter(({ startedHere }) => startedHere)).toHaveLength(1);
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
    for (const local of all) {
      expect(isUp()).toBe(true);
      await local.stop();
    }
    expect(isUp()).toBe(false);
  });

  it('is stopped once when all disconnect at once', async () => {
    const all = await Promise.all([up(), up(), up()]);
    await Promise.all(all.map((local) => local.stop()));
    expect(isUp()).toBe(false);
    expect(await ask(await up(), 'SELECT 1::int8 AS n')).toEqual([{ n: '1' }]);
  });

  it('keeps running when its starter is killed, and the next process uses it', async () => {
    const script = `
      const { localPostgres } = await import('@tidemark/database');
      const local = await localPostgres({ directory: ${JSON.stringify(directory)}, database: 'postgres' });
      console.log(JSON.stringify({ startedHere: local.startedHere }));
      setInterval(() => undefined, 1000);`;
    const { child, line } = start(script);
    expect(await line()).toEqual({ startedHere: true });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const next = await up();
    expect(next.startedHere).toBe(false);
    await next.stop();
    expect(isUp()).toBe(false);
  });

  it('is not stopped while another client is connected', async () => {
    const local = await up();
    const other = await connect({ url: local.url, applicationName: 'somebody', poolSize: 1 });
    await local.stop();
    expect((await other.query('SELECT 1')).rows).toHaveLength(1);
    await other.close();
    await (await up()).stop();
    expect(isUp()).toBe(false);
  });

  it('recovers committed data after the server itself was killed', async () => {
    const first = await up();
    await ask(first, 'CREATE TABLE kept AS SELECT 42::int8 AS n');
    process.kill(await pid(), 'SIGKILL');
    const second = await up();
    expect(second.startedHere).toBe(true);
    expect(await ask(second, 'SELECT n FROM kept')).toEqual([{ n: '42' }]);
  });

  it.runIf(isRoot)(
    'runs in another directory for root if `nobody` has no access to the directory, and reports it',
    async () => {
      await chmod(directory, 0o700);
      const lines: string[] = [];
      const local = await up({ log: (line) => lines.push(line) });
      const moved = (await readFile(join(directory, 'moved-to'), 'utf8')).trim();
      expect(lines[0]).toContain(`its data is in ${moved}`);
      expect(await ask(local, `SELECT current_setting('data_directory') AS data`)).toEqual([
        { data: join(moved, 'data') },
      ]);
      await ask(local, 'CREATE TABLE kept AS SELECT 42::int8 AS n');
      await local.stop();
      const again = await up();
      expect(again.url).toBe(local.url);
      expect(await ask(again, 'SELECT n FROM kept')).toEqual([{ n: '42' }]);
      await again.stop();

      // After its directory is deleted, the server starts with new data.
      await rm(moved, { recursive: true });
      await rm(join(directory, 'moved-to'));
      const [anew, too] = await Promise.all([up(), up()]);
      expect(anew.url).toBe(too.url);
      expect((await readFile(join(directory, 'moved-to'), 'utf8')).trim()).not.toBe(moved);
      await expect(ask(anew, 'SELECT n FROM kept')).rejects.toThrow('does not exist');
    },
  );

  it.runIf(isRoot)('never runs as root', async () => {
    await up();
    const { stdout } = spawnSync('ps', ['-o', 'user=', '-p', String(await pid())], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('nobody');
  });
});

describe.runIf(cockroachOnPath())('a CockroachDB node in memory', () => {
  it('starts on free ports and stops', async () => {
    const [one, two] = await Promise.all([
      localCockroach({ storeSize: '640MiB' }),
      localCockroach({ storeSize: '640MiB' }),
    ]);
    expect(one.url).not.toBe(two.url);
    await two.stop();
    const database = await connect({ url: one.url, applicationName: 'test', poolSize: 1 });
    expect(database.engine).toBe('cockroach');
    await database.close();
    await one.stop();
    await expect(connect({ url: one.url, applicationName: 'test' })).rejects.toThrow('no database connection');
  });

  it('ends with the process that started it, also when that process is killed', async () => {
    const script = `
      const { localCockroach } = await import('@tidemark/database');
      const local = await localCockroach({ storeSize: '640MiB' });
      console.log(JSON.stringify({ url: local.url }));
      setInterval(() => undefined, 1000);`;
    const { child, line } = start(script);
    onTestFinished(() => void child.kill('SIGKILL'));
    const { url } = (await line()) as { url: string };
    const answers = () =>
      connect({ url, applicationName: 'test', poolSize: 1 }).then(
        (database) => database.close().then(() => true),
        () => false,
      );
    expect(await answers()).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(answers, { timeout: 15_000 }).toBe(false);
  });

  it('reports in one line why it does not start', async () => {
    await expect(localCockroach({ storeSize: '1MiB' })).rejects.toThrow(
      /^cockroach did not start: .*must be at least 640 MiB$/,
    );
  });
});
