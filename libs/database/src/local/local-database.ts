import type { Engine } from '../engine.js';

/** A database server on this machine that Tidemark starts and stops. */
export interface LocalDatabase {
  /** `postgresql://user@127.0.0.1:port/database`. */
  readonly url: string;
  readonly engine: Engine;
  /** False when the server ran already. */
  readonly startedHere: boolean;
  /** Disconnects from the server, and stops it if this kind of server requires that. May be called twice. */
  stop(): Promise<void>;
}
