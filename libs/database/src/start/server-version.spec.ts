import { describe, expect, it } from 'vitest';
import { StartRefused } from '../errors.js';
import { requireServerVersion } from './server-version.js';

describe('requireServerVersion', () => {
  it.each([
    ['cockroach', '25.4.0'],
    ['cockroach', '26.1.0-alpha.1'],
    ['cockroach', '100.1.0'],
    ['postgres', '15.0'],
    ['postgres', '18.4'],
    ['postgres', '19beta1'],
  ] as const)('%s %s will do', (engine, version) => expect(requireServerVersion({ engine, version })).toBeUndefined());

  it.each([
    ['cockroach', '25.3.9', 'CockroachDB 25.3.9 is too old: Tidemark needs 25.4 or later'],
    ['cockroach', '9.9.9', 'CockroachDB 9.9.9 is too old: Tidemark needs 25.4 or later'],
    ['postgres', '14.20', 'PostgreSQL 14.20 is too old: Tidemark needs 15 or later'],
    ['postgres', '9.6.24', 'PostgreSQL 9.6.24 is too old: Tidemark needs 15 or later'],
  ] as const)('%s %s is refused', (engine, version, message) =>
    expect(() => requireServerVersion({ engine, version })).toThrow(new StartRefused(message)),
  );
});
