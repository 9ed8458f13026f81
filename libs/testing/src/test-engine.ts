import type { Engine } from '@tidemark/database';

/** A server that tests may create databases on. */
export interface TestEngine {
  engine: Engine;
  /** Login with the right to create databases. */
  url: string;
  /** The server's own version, for example `18.4`. */
  version: string;
  /** How it was found: `embedded`, `DATABASE_URL`, `on PATH`, `Docker`. */
  found: string;
}

/** An engine that this machine does not have. */
export interface MissingEngine {
  engine: Engine;
  /** Everything that was tried, for example `no DATABASE_URL, no cockroach on PATH, no Docker`. */
  reason: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    engines: TestEngine[];
    missingEngines: MissingEngine[];
  }
}
