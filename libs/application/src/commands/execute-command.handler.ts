import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { AskedCommand } from './asked-command.js';
import type { CommandIdentity } from './command-identity.js';
import { CommandPipeline, type Written } from './command-pipeline.js';

/** Has a command of any capability decided and written, exactly once for its idempotency key. */
export class ExecuteCommand extends Command<Written> {
  constructor(
    readonly asked: AskedCommand,
    readonly identity: CommandIdentity,
    /** Decided, and nothing written. */
    readonly dryRun = false,
  ) {
    super();
  }
}

@CommandHandler(ExecuteCommand)
export class ExecuteCommandHandler implements ICommandHandler<ExecuteCommand> {
  constructor(@Inject(CommandPipeline) private readonly pipeline: CommandPipeline) {}

  execute({ asked, identity, dryRun }: ExecuteCommand): Promise<Written> {
    return dryRun ? this.pipeline.dryRun(asked, identity) : this.pipeline.write(asked, identity);
  }
}
