import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Rehome } from '@tidemark/wallet';
import type { CommandIdentity } from './command-identity.js';
import { CommandPipeline, type Written } from './command-pipeline.js';

/** Moves a wallet to another region. */
export class RehomeCommand extends Command<Written<Rehome>> {
  constructor(
    readonly asked: Omit<Rehome, 'type'>,
    readonly identity: CommandIdentity,
  ) {
    super();
  }
}

@CommandHandler(RehomeCommand)
export class RehomeHandler implements ICommandHandler<RehomeCommand> {
  constructor(@Inject(CommandPipeline) private readonly pipeline: CommandPipeline) {}

  execute({ asked, identity }: RehomeCommand): Promise<Written<Rehome>> {
    return this.pipeline.write({ type: 'Rehome', ...asked }, identity);
  }
}
