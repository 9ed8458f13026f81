/** The two database engines that Tidemark runs on (DESIGN §7). */
export type Engine = 'cockroach' | 'postgres';

/** Engine and version of a server. */
export interface EngineVersion {
  engine: Engine;
  /** The version number, for example `26.1.0-alpha.1` or `18.4`. */
  version: string;
}

/**
 * Reads the answer of `SELECT version()`.
 *
 * @param answer for example `PostgreSQL 18.4 on x86_64-…` or `CockroachDB CCL v26.1.0 (x86_64-…)`
 * @throws Error for any other kind of server: Tidemark was not tested on it
 */
export function engineVersion(answer: string): EngineVersion {
  const cockroach = /^CockroachDB\b.*?\bv(\d[\w.-]*)/.exec(answer);
  if (cockroach?.[1]) return { engine: 'cockroach', version: cockroach[1] };
  const postgres = /^PostgreSQL (\d[\w.]*)/.exec(answer);
  if (postgres?.[1]) return { engine: 'postgres', version: postgres[1] };
  throw new Error(`neither CockroachDB nor PostgreSQL answered: ${answer.slice(0, 80)}`);
}
