import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Withdraw } from '@tidemark/wallet';
import type { CommandIdentity } from './command-identity.js';
import { CommandPipeline, type Written } from './command-pipeline.js';
import { movementIdOf } from './derived-ids.js';

/** Takes money from a wallet, as far as its balance and overdraft limit allow. */
export class WithdrawCommand extends Command<Written<Withdraw>> {
  constructor(
    readonly asked: Omit<Withdraw, 'type' | 'movementId'>,
    readonly identity: CommandIdentity,
  ) {
    super();
  }
}

@CommandHandler(WithdrawCommand)
export class WithdrawHandler implements ICommandHandler<WithdrawCommand> {
  constructor(@Inject(CommandPipeline) private readonly pipeline: CommandPipeline) {}

  execute({ asked, identity }: WithdrawCommand): Promise<Written<Withdraw>> {
    return this.pipeline.write(
      (key) => ({ type: 'Withdraw', movementId: movementIdOf(asked.walletId, key), ...asked }),
      identity,
    );
  }
}
