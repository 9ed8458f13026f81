/** The bounds of the write path, so that no queue or cache grows without limit. */
export interface Limits {
  /** Commands in memory, queued or in flight. Beyond it callers get `QueueFull`. */
  readonly queueMax: number;
  /** Bytes of metadata in those commands. Without this bound, a queue full of the largest openings would exceed 1 GB. */
  readonly queueBytesMax: number;
  /** Commands in one flush: enough to make the statement's fixed cost negligible, and few enough for a flush below 20 ms. */
  readonly flushCommandsMax: number;
  /** Bytes of event and outcome text in one flush; CockroachDB's default bound on a Raft command is 64 MiB. */
  readonly flushBytesMax: number;
  /** How long one statement may take before its outcome counts as unknown. */
  readonly flushTimeoutMs: number;
  /** How long a command is retried before its caller gets 503. */
  readonly commandDeadlineMs: number;
  /** Idle wallets kept in memory, and their bytes: a wallet with one balance has some 1.2 KB, one with a hundred 60 KB. */
  readonly idleWalletsMax: number;
  readonly idleWalletsBytesMax: number;
  /** Wallets read in one query. Each brings one large event at most, its opening: 32 MB together. */
  readonly loadMax: number;
  /** Facts that one query reads, at most. */
  readonly factsMax: number;
  /** Number of events between two snapshots of a wallet. Loading a wallet folds at most this many. */
  readonly snapshotEvery: number;
  /** Full jitter between attempts: uniform in [0, min(cap, base · 2^attempt)]. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  queueMax: 20_000,
  queueBytesMax: 32 * 1024 * 1024,
  flushCommandsMax: 500,
  flushBytesMax: 1024 * 1024,
  flushTimeoutMs: 5_000,
  commandDeadlineMs: 15_000,
  idleWalletsMax: 100_000,
  idleWalletsBytesMax: 48 * 1024 * 1024,
  loadMax: 500,
  factsMax: 500,
  snapshotEvery: 200,
  backoffBaseMs: 2,
  backoffCapMs: 250,
};
