import { once } from 'node:events';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';
import { RunningService } from './running-service.js';

const SECRET = 'hunter2';

/** The connection string with the secret in each place that may have a password or another secret. */
function withSecrets(databaseUrl: string, change: (url: URL) => void = () => undefined): string {
  const url = new URL(databaseUrl);
  url.password = SECRET;
  url.searchParams.set('password', SECRET);
  url.searchParams.set('sslpassword', SECRET);
  url.searchParams.set('options', `-c application_name=${SECRET}`);
  change(url);
  return url.href;
}

describe.each(engines)('a secret in DATABASE_URL on $engine', (engine) => {
  let database: FreshDatabase;
  beforeAll(async () => void (database = await freshDatabase(engine)));
  afterAll(() => database?.drop());

  const outputsOf = async (url: string, ...commands: string[][]) => {
    const place = new Workplace(url);
    const outputs: string[] = [];
    for (const command of commands) {
      for (const form of [command, [...command, '--json']]) outputs.push(JSON.stringify(await place.run(...form)));
    }
    place.leave();
    return outputs.join('\n');
  };

  it('is in no greeting and no log', async () => {
    for (const form of [['dev'], ['dev', '--json']]) {
      const place = new Workplace(withSecrets(database.url), { PORT: '0', LOG_LEVEL: 'trace' });
      const { child, ended } = place.start(...form);
      await once(child.stdout!, 'data');
      child.kill('SIGTERM');
      const { stdout, stderr } = await ended;
      expect(stdout).toContain(new URL(database.url).pathname);
      expect(stdout + stderr).not.toContain(SECRET);
      place.leave();
    }
  });

  it('is in no output of a command', async () => {
    const commands = [['migrate'], ['keys', 'list'], ['wallet', 'show', 'nobody'], ['doctor'], ['projections', 'list']];
    expect(await outputsOf(withSecrets(database.url), ...commands)).not.toContain(SECRET);
  });

  it('is in no error', async () => {
    const broken: ((url: URL) => void)[] = [
      (url) => void (url.port = '9'),
      (url) => void (url.hostname = 'nowhere.invalid'),
      (url) => void (url.pathname = '/there_is_no_such_database'),
      (url) => void (url.username = 'nobody_of_this_name'),
      (url) => url.searchParams.set('sslmode', 'verify-full'),
    ];
    for (const change of broken) {
      const output = await outputsOf(withSecrets(database.url, change), ['keys', 'list'], ['doctor']);
      expect(output).toMatch(/"code":3/);
      expect(output).not.toContain(SECRET);
    }
    const noUrl = withSecrets(database.url).replace('//', '//a b/');
    expect(await outputsOf(noUrl, ['keys', 'list'])).not.toContain(SECRET);
  });

  it('is in no line of a log about connections that broke', async () => {
    const databaseUrl = withSecrets(database.url);
    const service = await RunningService.start(engine, { worker: { databaseUrl }, api: { databaseUrl } });
    if (engine.engine === 'postgres') {
      const name = new URL(databaseUrl).pathname.slice(1);
      await service.database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
      await expect.poll(() => service.log.join('\n'), { timeout: 10_000 }).toContain('a database connection broke');
    }
    const health = await service.get('/health/ready');
    expect(service.log.join('\n') + health.text).not.toContain(SECRET);
    await service.close();
  });
});
