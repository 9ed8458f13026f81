import type { CommandOutcome, CommandStrategy } from '@tidemark/event-store';
import type { WalletCommand } from '@tidemark/wallet';
import type { CommandIdentity } from './command-identity.js';
import { requestHash } from './request-hash.js';

/** A command that has been answered, with the ids that it was given on the way. */
export interface Written<C extends WalletCommand> {
  readonly command: C;
  readonly outcome: CommandOutcome;
}

/** The one door to the log for every command handler. */
export class CommandPipeline {
  private inMemory = 0;

  constructor(private readonly store: CommandStrategy) {}

  /** Commands that wait for their answer now: queued, or in flight. */
  get waiting(): number {
    return this.inMemory;
  }

  /**
   * Has the command decided and its outcome made durable.
   *
   * @throws whatever `CommandStrategy.execute` throws
   */
  async write<C extends WalletCommand>(command: C, identity: CommandIdentity): Promise<Written<C>> {
    this.inMemory++;
    try {
      const outcome = await this.store.execute({ command, ...identity, requestHash: requestHash(command) });
      return { command, outcome };
    } finally {
      this.inMemory--;
    }
  }
}
