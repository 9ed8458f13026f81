import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { API_SETTINGS, readSettings, WrongSetting } from './settings.js';

const DATABASE_URL = 'postgresql://root@127.0.0.1:26257/tidemark';

describe('the settings of the API', () => {
  it('need no more than a database', () => {
    const settings = { databaseUrl: DATABASE_URL, host: '127.0.0.1', port: 3_000, logLevel: 'info', poolSize: 10 };
    expect(readSettings({ DATABASE_URL })).toEqual(settings);
    expect(readSettings({ DATABASE_URL, HOST: '', PORT: '', LOG_LEVEL: '' })).toEqual(settings);
  });

  it('can all be given', () => {
    const given = { DATABASE_URL, HOST: '0.0.0.0', PORT: '0', LOG_LEVEL: 'debug', DATABASE_POOL_SIZE: '3' };
    expect(readSettings(given)).toEqual({
      ...{ databaseUrl: DATABASE_URL, host: '0.0.0.0', port: 0, logLevel: 'debug', poolSize: 3 },
    });
  });

  it.each(Object.keys(API_SETTINGS))('%s is in the table of the README', (variable) => {
    expect(readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')).toMatch(
      new RegExp(`^\\|.*\`${variable}\`.*\\|`, 'm'),
    );
  });

  it.each([
    [{}, /^DATABASE_URL: /],
    [{ DATABASE_URL: '' }, /^DATABASE_URL: /],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL: must be a URL such as/],
    [{ DATABASE_URL, PORT: 'http' }, /^PORT: must be a whole number/],
    [{ DATABASE_URL, PORT: '65536' }, /^PORT: must be from 0 to 65535/],
    [{ DATABASE_URL, PORT: '-1' }, /^PORT: /],
    [{ DATABASE_URL, LOG_LEVEL: 'loud' }, /^LOG_LEVEL: must be one of silent, /],
    [{ DATABASE_URL, DATABASE_POOL_SIZE: '0' }, /^DATABASE_POOL_SIZE: must be from 1 to 200/],
  ])('%j is refused in one line', (environment, message) => {
    expect(() => readSettings(environment)).toThrow(WrongSetting);
    expect(() => readSettings(environment)).toThrow(message);
  });
});
