import type { Engine, EngineVersion } from '../engine.js';
import { StartRefused } from '../errors.js';

/**
 * The oldest servers that Tidemark starts on. CockroachDB: the release before the one that everything is tested on; what an
 * older one makes of the lookup joins, the locked schemas and the computed region columns nobody has looked at. PostgreSQL:
 * the oldest that the test suite has passed on.
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
