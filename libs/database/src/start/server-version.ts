import type { Engine, EngineVersion } from '../engine.js';
import { StartRefused } from '../errors.js';

/**
 * The oldest server versions that Tidemark starts on. CockroachDB: the release before the one that is used for all tests. Lookup joins,
 * locked schemas and computed region columns were not tested on older ones. PostgreSQL: the oldest version that the test suite has
 * passed on.
 */
export const SERVER_VERSION_MIN: Readonly<Record<Engine, readonly [major: number, minor: number]>> = {
  cockroach: [25, 4],
  postgres: [15, 0],
};

const NAME: Readonly<Record<Engine, string>> = { cockroach: 'CockroachDB', postgres: 'PostgreSQL' };

/** @throws StartRefused in one line when the server is older than {@link SERVER_VERSION_MIN} */
export function requireServerVersion({ engine, version }: EngineVersion): void {
  const [majorMin, minorMin] = SERVER_VERSION_MIN[engine];
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10)); // `19beta1`
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  const oldest = engine === 'cockroach' ? `${majorMin}.${minorMin}` : majorMin;
  throw new StartRefused(`${NAME[engine]} ${version} is too old: Tidemark needs ${oldest} or later`);
}
