/** The bounds of the write path. Every one is a promise that nothing grows without end. */
export interface Limits {
  /** Commands in memory, queued or in flight. Beyond it callers get `QueueFull`. */
  readonly queueMax: number;
  /** Commands in one flush: large enough that the statement's fixed cost disappears, small enough to stay under 20 ms. */
  readonly flushCommandsMax: number;
  /** Bytes of event and outcome text in one flush; CockroachDB's default bound on a Raft command is 64 MiB. */
  readonly flushBytesMax: number;
  /** How long one statement may take before its outcome counts as unknown. */
  readonly flushTimeoutMs: number;
  /** How long a command may be tried before its caller is told to come back. */
  readonly commandDeadlineMs: number;
  /** Idle wallets kept in memory. */
  readonly idleWalletsMax: number;
  /** Wallets read in one query. */
  readonly loadMax: number;
  /** After how many events a wallet gets a new snapshot: what loading it folds at most. */
  readonly snapshotEvery: number;
  /** Full jitter between attempts: uniform in [0, min(cap, base · 2^attempt)]. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  queueMax: 20_000,
  flushCommandsMax: 500,
  flushBytesMax: 1024 * 1024,
  flushTimeoutMs: 5_000,
  commandDeadlineMs: 15_000,
  idleWalletsMax: 100_000,
  loadMax: 500,
  snapshotEvery: 200,
  backoffBaseMs: 2,
  backoffCapMs: 250,
};
