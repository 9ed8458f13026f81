import type { WalletCommand } from '@tidemark/wallet';
import type { CommandOutcome, IdempotencyKeyReused } from './outcome.js';

/** A command with the identity of the request it came by. */
export interface CommandRequest {
  readonly command: WalletCommand;
  /** Unique within the command's scope (`scopeOf`) and its caller. */
  readonly idempotencyKey: string;
  /** base64url sha256 of the request as it was understood: tells a repeat from a reuse. */
  readonly requestHash: string;
  /** What earlier versions of Tidemark stored as the hash of the same request, where that differs. */
  readonly formerHashes?: readonly string[];
  /** The owner of the key: the name of the API key. Never empty: an empty caller marks keys from before keys belonged to callers. */
  readonly caller: string;
  readonly requestId?: string;
  /** The commands of one sender that are sent ahead of their answers. */
  readonly sequence?: CommandSequence;
}

/**
 * Commands that are sent in their order, each before the one before it is answered. When one of them cannot be written, those after it are
 * not written either: what is written of a wallet's commands is always their beginning.
 */
export interface CommandSequence {
  /** Set when a command failed: not when it was rejected, nor when its key was reused, which are answers. */
  broken: boolean;
}

/** Whether an outcome that is stored under the request's key answers the same request. */
export function isRepeat({ requestHash, formerHashes = [] }: CommandRequest, stored: string): boolean {
  return stored === requestHash || formerHashes.includes(stored);
}

/** A strategy that decides and writes each command exactly once. All strategies pass the same contract suite. */
export interface CommandStrategy {
  /**
   * Decides the command and makes its outcome durable, accepted or rejected, before it answers.
   *
   * @throws IdempotencyKeyReused, QueueFull, LogUnavailable, OutcomeUnknown, EventFromTheFuture; anything else is a defect.
   */
  execute(request: CommandRequest): Promise<CommandOutcome>;
  /**
   * Executes several commands. Those that share a wallet are decided in their order, except after a command that needs facts. Each has
   * its own outcome.
   *
   * @returns by request: what `execute` would return
   */
  executeInOrder(requests: readonly CommandRequest[]): readonly Promise<CommandOutcome>[];
  /** Finishes the queued commands and refuses new ones. */
  close(): Promise<void>;
}

/** The write side of the log. */
export interface EventStore extends CommandStrategy {
  /**
   * Decides commands and writes nothing, each on what the ones before it would leave. A later execution may be decided otherwise.
   *
   * @returns by request: the outcome, or that its key was used for another request
   * @throws EventFromTheFuture; whatever the database says
   */
  dryRun(requests: readonly CommandRequest[]): Promise<readonly (CommandOutcome | IdempotencyKeyReused)[]>;
}
