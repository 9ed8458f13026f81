import type { Engine } from '@tidemark/database';

/** A database server for one simulation, which may kill and restart it. Its data is kept until `close`. */
export interface DatabaseServer {
  readonly engine: Engine;
  /** The URL for the services, with a login that may create databases. It stays the same after restarts. */
  readonly url: string;
  /** kill -9 of all processes of the server. */
  kill(): Promise<void>;
  /** Stops it in order, as an operator does: open statements are interrupted, committed data is on disk. */
  shutDown(): Promise<void>;
  /** Starts it again on its data, and waits until it answers. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}
