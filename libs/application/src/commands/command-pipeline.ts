import type { CommandOutcome, EventStore, MovementFinder } from '@tidemark/event-store';
import { commandDefinition, type WalletCommand } from '@tidemark/wallet';
import { completed, type AskedCommand } from './asked-command.js';
import type { CommandIdentity } from './command-identity.js';
import { hashesOf, type RequestHashes } from './request-hash.js';

/** A command that has been answered, with the ids that it was given on the way. */
export interface Written {
  readonly command: WalletCommand;
  readonly outcome: CommandOutcome;
}

/** Whose the idempotency keys were before they belonged to callers. */
const NO_CALLER = '';

/** The one door to the log. HTTP, imports and whatever else has commands go through it. It knows nothing of Nest. */
export class CommandPipeline {
  private inMemory = 0;

  /** @param regions of this installation, the one of this process first */
  constructor(
    private readonly store: EventStore,
    private readonly movements: Pick<MovementFinder, 'find'>,
    private readonly regions: readonly [string, ...string[]],
  ) {}

  /** Commands that wait for their answer now: queued, or in flight. */
  get waiting(): number {
    return this.inMemory;
  }

  /**
   * Has the command decided and its outcome made durable.
   *
   * @param hashes of the request, where not all of the command is what makes it this request
   * @throws whatever `EventStore.execute` throws
   */
  async write(asked: AskedCommand, identity: CommandIdentity, hashes?: RequestHashes): Promise<Written> {
    this.inMemory++;
    try {
      const command = await this.withOriginal(completed(asked, identity, this.regions[0]));
      const recognised = hashes ?? hashesOf(asked, command, this.regions);
      const outcome = await this.store.execute({ command, ...identity, ...recognised });
      if (!outcome.ofNoCaller) return { command, outcome };
      return { command: completed(asked, identity, this.regions[0], NO_CALLER), outcome };
    } finally {
      this.inMemory--;
    }
  }

  /**
   * Decides the command as `write` would, and writes nothing.
   *
   * @throws IdempotencyKeyReused, EventFromTheFuture; whatever the database says
   */
  async dryRun(asked: AskedCommand, identity: CommandIdentity): Promise<Written> {
    const command = await this.withOriginal(completed(asked, identity, this.regions[0]));
    const outcome = await this.store.dryRun({ command, ...identity, ...hashesOf(asked, command, this.regions) });
    return { command, outcome };
  }

  /** What is booked stays as it is, so it can be read before the command waits for its turn. */
  private async withOriginal(command: WalletCommand): Promise<WalletCommand> {
    const search = commandDefinition(command.type).about?.(command);
    if (!search) return command;
    const original = await this.movements.find(search);
    return { ...command, original } as WalletCommand;
  }
}
