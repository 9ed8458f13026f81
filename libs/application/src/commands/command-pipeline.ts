import type { CommandOutcome, CommandRequest, EventStore, MovementFinder } from '@tidemark/event-store';
import { commandDefinition, feeScheduleOf, type SingleCommand, type StoredFeeSchedule } from '@tidemark/wallet';
import type { Definitions } from '../definitions/definitions.js';
import { completed, type AskedCommand } from './asked-command.js';
import type { CommandIdentity } from './command-identity.js';
import { hashesOf, type RequestHashes } from './request-hash.js';

/** A command that has been answered, with the ids that it was given on the way. */
export interface Written {
  readonly command: SingleCommand;
  readonly outcome: CommandOutcome;
}

/** The caller of idempotency keys from before keys belonged to callers. */
const NO_CALLER = '';

/** All commands go through this pipeline: from HTTP, imports and any other source. It does not depend on Nest. */
export class CommandPipeline {
  private inMemory = 0;

  /**
   * @param regions of this installation, the one of this process first
   * @param definitions left out where no command with a fee is sent
   */
  constructor(
    private readonly store: EventStore,
    private readonly movements: Pick<MovementFinder, 'find'>,
    private readonly regions: readonly [string, ...string[]],
    private readonly definitions?: Pick<Definitions, 'latest'>,
  ) {}

  /** Commands that wait for their answer now: queued, or in flight. */
  get waiting(): number {
    return this.inMemory;
  }

  /**
   * Decides the command and stores its outcome.
   *
   * @param hashes of the request, where not all of the command is what makes it this request
   * @throws whatever `EventStore.execute` throws
   */
  async write(asked: AskedCommand, identity: CommandIdentity, hashes?: RequestHashes): Promise<Written> {
    this.inMemory++;
    try {
      const plain = completed(asked, identity, this.regions[0]);
      // Most commands need nothing besides their wallets, and need not wait a turn for it.
      const command = needsMore(plain) ? await this.withFound(plain) : plain;
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
    const command = await this.withFound(completed(asked, identity, this.regions[0]));
    const hashes = hashesOf(asked, command, this.regions);
    const [outcome] = await this.store.dryRun([{ command, ...identity, ...hashes }]);
    if (outcome instanceof Error) throw outcome;
    return { command, outcome: outcome! };
  }

  /**
   * Decides commands that are complete, and stores their outcomes, in their order as far as they share wallets.
   *
   * @returns by request: its outcome, or whatever `EventStore.execute` throws
   */
  async execute(requests: readonly CommandRequest[]): Promise<readonly PromiseSettledResult<CommandOutcome>[]> {
    this.inMemory += requests.length;
    try {
      return await Promise.allSettled(this.store.executeInOrder(requests));
    } finally {
      this.inMemory -= requests.length;
    }
  }

  /** Decides commands that are complete as `execute` would, each on what the ones before it would leave, and writes nothing. */
  try(requests: readonly CommandRequest[]): ReturnType<EventStore['dryRun']> {
    return this.store.dryRun(requests);
  }

  /** A command as `write` completes it, without the movement that it is about. */
  completed(asked: AskedCommand, identity: CommandIdentity): SingleCommand {
    return completed(asked, identity, this.regions[0]);
  }

  /** What is booked, and a version of what is defined, stay as they are. So they can be read before the command waits for its turn. */
  async withFound(command: SingleCommand): Promise<SingleCommand> {
    const { about, needs } = commandDefinition(command.type);
    const search = about?.(command);
    const { fee } = needs?.(command) ?? {};
    const [original, schedule] = await Promise.all([
      search && this.movements.find(search),
      fee === undefined ? undefined : this.scheduleOf(fee),
    ]);
    return { ...command, ...(original && { original }), ...(schedule && { schedule }) } as SingleCommand;
  }

  private async scheduleOf(name: string) {
    if (!this.definitions) throw new Error('this process sends no command with a fee');
    const found = await this.definitions.latest('fee', name);
    return found && feeScheduleOf(name, found.version, JSON.parse(found.definition) as StoredFeeSchedule);
  }
}

function needsMore(command: SingleCommand): boolean {
  const { about, needs } = commandDefinition(command.type);
  return about !== undefined || needs?.(command) !== undefined;
}
