import type { CommandOutcome, CommandStrategy } from '@tidemark/event-store';
import type { WalletCommand } from '@tidemark/wallet';
import type { CommandIdentity } from './command-identity.js';
import { requestHash, type RequestHashes } from './request-hash.js';

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
   * @param asked the command; or, where an id of it follows from the idempotency key, how to make it from the key and its caller
   * @param hashes of the request, where the process has added something to what was asked
   * @throws whatever `CommandStrategy.execute` throws
   */
  async write<C extends WalletCommand>(
    asked: C | ((key: Pick<CommandIdentity, 'caller' | 'idempotencyKey'>) => C),
    identity: CommandIdentity,
    hashes?: RequestHashes,
  ): Promise<Written<C>> {
    const make = typeof asked === 'function' ? asked : () => asked;
    const command = make(identity);
    this.inMemory++;
    try {
      const recognised = hashes ?? { requestHash: requestHash(command) };
      const outcome = await this.store.execute({ command, ...identity, ...recognised });
      return { command: outcome.ofNoCaller ? make({ ...identity, caller: '' }) : command, outcome };
    } finally {
      this.inMemory--;
    }
  }
}
