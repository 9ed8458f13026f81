import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WORKER_SETTINGS, readSettings, WrongSetting } from './settings.js';

const DATABASE_URL = 'postgresql://root@127.0.0.1:26257/tidemark';

describe('the settings of the worker', () => {
  it('need no more than a database', () => {
    const where = { databaseUrl: DATABASE_URL, host: '127.0.0.1', port: 3_001 };
    const settings = { ...where, logLevel: 'info', lagSecondsMax: 60 };
    expect(readSettings({ DATABASE_URL, PORT: '9', HOST: '' })).toEqual(settings);
    expect(readSettings({ DATABASE_URL, WORKER_PORT: '9' })).toEqual({ ...settings, port: 9 });
    expect(readSettings({ DATABASE_URL, PROJECTION_LAG_MAX_SECONDS: '5' })).toEqual({ ...settings, lagSecondsMax: 5 });
  });

  it.each(Object.keys(WORKER_SETTINGS))('%s is in the table of the README', (variable) => {
    expect(readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')).toMatch(
      new RegExp(`^\\|.*\`${variable}\`.*\\|`, 'm'),
    );
  });

  it.each([
    [{}, /^DATABASE_URL: /],
    [{ DATABASE_URL, WORKER_PORT: 'x' }, /^WORKER_PORT: must be a whole number/],
    [{ DATABASE_URL, WORKER_PORT: '99999' }, /^WORKER_PORT: must be from 0 to 65535/],
    [{ DATABASE_URL, PROJECTION_LAG_MAX_SECONDS: '0' }, /^PROJECTION_LAG_MAX_SECONDS: must be from 1 to 86400/],
    [{ DATABASE_URL, PROJECTION_LAG_MAX_SECONDS: '1.5' }, /^PROJECTION_LAG_MAX_SECONDS: must be a whole number/],
    [{ DATABASE_URL, LOG_LEVEL: 'loud' }, /^LOG_LEVEL: must be one of silent, /],
  ])('%j is refused in one line', (environment, message) => {
    expect(() => readSettings(environment)).toThrow(WrongSetting);
    expect(() => readSettings(environment)).toThrow(message);
  });
});
