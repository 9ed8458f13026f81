import { randomUUID } from 'node:crypto';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as dial, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@tidemark/database';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Workplace } from '../e2e/cli-process.js';

const PGBOUNCER = ['/usr/sbin/pgbouncer', 'pgbouncer'].find((binary) => spawnSync(binary, ['--version']).status === 0);
const REFUSED =
  'tidemark: a connection pooler (PgBouncer or the like) stands before the database and does not pass on the settings that' +
  " Tidemark's sessions need; connect to the database itself, Tidemark keeps a pool of its own\n";
/** The user id of `nobody` on Debian and most other systems. PgBouncer refuses to run as root. */
const NOBODY = 65_534;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = dial(port, '127.0.0.1', () => (socket.destroy(), resolve(true))).on('error', () => resolve(false));
  });

/** Starts PgBouncer in front of the server of a URL. @returns the URL through PgBouncer */
async function pgbouncer(url: string, settings: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'tidemark-pgbouncer-'));
  const { hostname, port, username, pathname } = new URL(url);
  const listen = await freePort();
  writeFileSync(
    join(directory, 'pgbouncer.ini'),
    `[databases]\n* = host=${hostname} port=${port} user=${username}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${listen}\n` +
      `auth_type = any\nunix_socket_dir =\nlogfile = ${directory}/log\n${settings}\n`,
  );
  const asRoot = process.getuid?.() === 0;
  if (asRoot) {
    chmodSync(directory, 0o755);
    chownSync(directory, NOBODY, NOBODY);
  }
  const child: ChildProcess = spawn(PGBOUNCER!, ['-q', join(directory, 'pgbouncer.ini')], {
    stdio: 'ignore',
    ...(asRoot && { uid: NOBODY, gid: NOBODY }),
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true });
  });
  while (!(await answers(listen))) await sleep(20);
  return `postgresql://${username}@127.0.0.1:${listen}${pathname}`;
}

describe.runIf(PGBOUNCER !== undefined)('PgBouncer, where this machine has it', () => {
  describe.each(engines.filter(({ engine }) => engine === 'postgres'))('before $engine', (engine) => {
    let fresh: FreshDatabase;

    beforeEach(async () => {
      fresh = await freshDatabase(engine, { migrations: false });
    });
    afterEach(() => fresh.drop());

    it.each([
      ['by default', ''],
      [
        'where it drops start-up options, by transaction',
        'pool_mode = transaction\nignore_startup_parameters = options',
      ],
      ['where it drops start-up options, by session', 'pool_mode = session\nignore_startup_parameters = options'],
    ])('%s is refused in one line, and nothing is made', async (_when, settings) => {
      const url = await pgbouncer(fresh.url, settings);
      const place = new Workplace(url);
      const elsewhere = new URL(url);
      elsewhere.pathname = `/tidemark_test_${randomUUID().replaceAll('-', '')}`;
      expect(await place.run('migrate')).toEqual({ code: 3, stdout: '', stderr: REFUSED });
      expect(await new Workplace(elsewhere.href).run('migrate')).toMatchObject({ code: 3, stdout: '' });
      expect(await place.run('doctor')).toEqual({ code: 3, stdout: '', stderr: REFUSED });
      place.leave();
      const database = await connect({ url: fresh.url, applicationName: 'test' });
      const { rows } = await database.query(
        `SELECT tablename FROM pg_tables WHERE schemaname = 'public' UNION ALL SELECT datname FROM pg_database WHERE datname = $1`,
        [elsewhere.pathname.slice(1)],
      );
      expect(rows).toEqual([]);
      await database.close();
    });
  });
});
