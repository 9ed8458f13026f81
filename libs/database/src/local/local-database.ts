import type { Engine } from '../engine.js';

/** A database server on this machine that Tidemark starts and stops. */
export interface LocalDatabase {
  /** `postgresql://user@127.0.0.1:port/database`. */
  readonly url: string;
  readonly engine: Engine;
  /** False when a running server was found and joined. */
  readonly startedHere: boolean;
  /** Leaves the server, and stops it where the kind of server says so. May be called twice. */
  stop(): Promise<void>;
}
