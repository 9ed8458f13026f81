import { describe, expect, it } from 'vitest';
import { engineVersion } from './engine.js';

describe('engineVersion', () => {
  it.each([
    [
      'CockroachDB CCL v26.1.0-alpha.1 (linux amd64, built 2026/11/24 11:25:57, go1.26.8)',
      'cockroach',
      '26.1.0-alpha.1',
    ],
    ['CockroachDB OSS v22.1.0 (x86_64-pc-linux-gnu)', 'cockroach', '22.1.0'],
    ['PostgreSQL 18.4 on x86_64-pc-linux-gnu, compiled by gcc', 'postgres', '18.4'],
    ['PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64', 'postgres', '15.18'],
    ['PostgreSQL 19beta1 on aarch64', 'postgres', '19beta1'],
  ])('%s', (answer, engine, version) => {
    expect(engineVersion(answer)).toEqual({ engine, version });
  });

  it('refuses any other engine', () => {
    expect(() => engineVersion('MariaDB 11')).toThrow('neither CockroachDB nor PostgreSQL');
  });
});
