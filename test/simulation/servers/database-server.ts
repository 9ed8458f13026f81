import type { Engine } from '@tidemark/database';

/** A database server that belongs to one simulation, which may do to it what it likes. Data survives everything but `close`. */
export interface DatabaseServer {
  readonly engine: Engine;
  /** For the services: a login that may create databases. The same over restarts. */
  readonly url: string;
  /** kill -9 of everything that is the server. */
  kill(): Promise<void>;
  /** Asks it to end, as an operator does: open statements are cut off, what was committed is on disk. */
  shutDown(): Promise<void>;
  /** Starts it again on its data, and waits until it answers. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}
