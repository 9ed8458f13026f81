import { describe, expect, it } from 'vitest';
import { readSettings, WrongSetting } from './settings.js';

const DATABASE_URL = 'postgresql://root@127.0.0.1:26257/tidemark';

describe('the settings of the worker', () => {
  it('need no more than a database', () => {
    const settings = { databaseUrl: DATABASE_URL, host: '127.0.0.1', port: 3_001, logLevel: 'info' };
    expect(readSettings({ DATABASE_URL, PORT: '9', HOST: '' })).toEqual(settings);
    expect(readSettings({ DATABASE_URL, WORKER_PORT: '9' })).toEqual({ ...settings, port: 9 });
  });

  it.each([
    [{}, /^DATABASE_URL: /],
    [{ DATABASE_URL, WORKER_PORT: 'x' }, /^WORKER_PORT: a whole number/],
    [{ DATABASE_URL, WORKER_PORT: '99999' }, /^WORKER_PORT: from 0 to 65535/],
    [{ DATABASE_URL, LOG_LEVEL: 'loud' }, /^LOG_LEVEL: one of silent, /],
  ])('%j is refused in one line', (environment, message) => {
    expect(() => readSettings(environment)).toThrow(WrongSetting);
    expect(() => readSettings(environment)).toThrow(message);
  });
});
