import { scopeOf, walletsOf } from '@tidemark/wallet';
import type { CommandRequest } from './command-request.js';
import type { CommandOutcome } from './outcome.js';
import type { CachedWallet } from './wallet-cache.js';

/** Two requests with the same identity are one command. */
export function identityOf({ command, idempotencyKey, caller }: CommandRequest): string {
  // The caller comes last: it is the only part that may hold a line feed, so no two identities share a text.
  return `${scopeOf(command)}\n${idempotencyKey}\n${caller}`;
}

/** A command on its way: queued, in flight, or between two attempts. */
export class PendingCommand {
  readonly scope: string;
  readonly identity: string;
  readonly walletIds: readonly string[];
  readonly outcome: Promise<CommandOutcome>;
  /** Set once they are in memory, in the order of `walletIds`: the scope first. */
  wallets: readonly CachedWallet[] = [];
  /** Attempts that lost a race. */
  attempts = 0;
  answered = false;
  /** A statement that held this command ended without an answer. */
  ambiguous = false;
  resolve!: (outcome: CommandOutcome) => void;
  reject!: (error: unknown) => void;

  /** @param submittedAt and @param deadline milliseconds of the environment's monotonic clock. */
  constructor(
    readonly request: CommandRequest,
    readonly submittedAt: number,
    readonly deadline: number,
  ) {
    this.scope = scopeOf(request.command);
    this.identity = identityOf(request);
    this.walletIds = walletsOf(request.command);
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  walletOf(walletId: string): CachedWallet {
    return this.wallets[this.walletIds.indexOf(walletId)]!;
  }
}
