import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Deposit } from '@tidemark/wallet';
import type { CommandIdentity } from './command-identity.js';
import { CommandPipeline, type Written } from './command-pipeline.js';
import { movementIdOf } from './derived-ids.js';

/** Adds money to a wallet. */
export class DepositCommand extends Command<Written<Deposit>> {
  constructor(
    readonly asked: Omit<Deposit, 'type' | 'movementId'>,
    readonly identity: CommandIdentity,
  ) {
    super();
  }
}

@CommandHandler(DepositCommand)
export class DepositHandler implements ICommandHandler<DepositCommand> {
  constructor(@Inject(CommandPipeline) private readonly pipeline: CommandPipeline) {}

  execute({ asked, identity }: DepositCommand): Promise<Written<Deposit>> {
    return this.pipeline.write(
      (key) => ({ type: 'Deposit', movementId: movementIdOf(asked.walletId, key), ...asked }),
      identity,
    );
  }
}
