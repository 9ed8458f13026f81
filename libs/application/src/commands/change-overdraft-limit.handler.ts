import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ChangeOverdraftLimit } from '@tidemark/wallet';
import type { CommandIdentity } from './command-identity.js';
import { CommandPipeline, type Written } from './command-pipeline.js';

/** Says how far below zero a wallet may go in one currency. */
export class ChangeOverdraftLimitCommand extends Command<Written<ChangeOverdraftLimit>> {
  constructor(
    readonly asked: Omit<ChangeOverdraftLimit, 'type'>,
    readonly identity: CommandIdentity,
  ) {
    super();
  }
}

@CommandHandler(ChangeOverdraftLimitCommand)
export class ChangeOverdraftLimitHandler implements ICommandHandler<ChangeOverdraftLimitCommand> {
  constructor(@Inject(CommandPipeline) private readonly pipeline: CommandPipeline) {}

  execute({ asked, identity }: ChangeOverdraftLimitCommand): Promise<Written<ChangeOverdraftLimit>> {
    return this.pipeline.write({ type: 'ChangeOverdraftLimit', ...asked }, identity);
  }
}
