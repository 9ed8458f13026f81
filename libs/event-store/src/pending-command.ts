import { factsOf, scopeOf, walletsOf, type FactAddress } from '@tidemark/wallet';
import type { CommandRequest } from './command-request.js';
import type { WalletHead } from './draft.js';
import { IdempotencyKeyReused, type CommandOutcome } from './outcome.js';

/** Two requests with the same key are one command. */
export function deduplicationKeyOf({ command, idempotencyKey, caller }: CommandRequest): string {
  // The caller comes last: it is the only part that may hold a line feed, so the keys of two requests differ.
  return `${scopeOf(command)}\n${idempotencyKey}\n${caller}`;
}

/** A command that is not answered yet: queued, in flight, or between two attempts. */
export class PendingCommand {
  readonly scope: string;
  readonly walletIds: readonly string[];
  /** The facts that its decision needs. */
  readonly facts: readonly FactAddress[];
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

  /** @param deduplicationKey from `deduplicationKeyOf`; @param submittedAt and @param deadline milliseconds of the environment's monotonic clock. */
  constructor(
    readonly request: CommandRequest,
    readonly deduplicationKey: string,
    readonly submittedAt: number,
    readonly deadline: number,
  ) {
    this.scope = scopeOf(request.command);
    this.walletIds = walletsOf(request.command);
    this.facts = factsOf(request.command);
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = (error) => {
        const { sequence } = this.request;
        if (sequence && !(error instanceof IdempotencyKeyReused)) sequence.broken = true;
        reject(error);
      };
    });
  }

  /** Whether it can no longer be written: too late, or after a command of its sequence that could not be written. */
  isOver(now: number): boolean {
    return now > this.deadline || this.request.sequence?.broken === true;
  }

  /** The facts that its decision needs and that were not read at the present version of their wallets. */
  unknownFacts(): readonly FactAddress[] {
    return this.facts.filter(({ walletId, key }) => !this.walletOf(walletId).head.facts?.has(key));
  }

  walletOf(walletId: string): CachedWallet {
    return this.wallets[this.walletIds.indexOf(walletId)]!;
  }
}

/** The queue that sends the commands of a wallet: a `FlushQueue`. */
export interface CommandQueue {
  readonly name: string;
  /** Whether every command it was given has been answered. */
  readonly idle: boolean;
  /** Sends the waiting commands as soon as possible. */
  schedule(): void;
}

/** A wallet in memory. While commands use it, it belongs to one flush queue. */
export interface CachedWallet {
  /** After every command decided so far, written or not. */
  head: WalletHead;
  /** When this wallet was last read from the database, in milliseconds of the monotonic clock. */
  loadedAt: number;
  /** How often the head was replaced by what was read: a fact that was asked for before that is asked for again. */
  reads: number;
  /** The last version that this process has written. */
  durable: number;
  /** The flush queue whose commands may touch this wallet now. */
  queue: CommandQueue | undefined;
  /** How many commands of that flush queue are queued or in flight on this wallet. */
  users: number;
  /** Commands of other flush queues and all later commands, in order of arrival. */
  readonly waiters: PendingCommand[];
  /** It has just lost a race: its commands wait while others are sent. */
  cooling: boolean;
}
