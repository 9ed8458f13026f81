import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Transfer } from '@tidemark/wallet';
import type { CommandIdentity } from './command-identity.js';
import { CommandPipeline, type Written } from './command-pipeline.js';
import { transferIdOf } from './derived-ids.js';

/** Moves money between wallets: all legs or none. */
export class TransferCommand extends Command<Written<Transfer>> {
  constructor(
    readonly asked: Omit<Transfer, 'type' | 'transferId'>,
    readonly identity: CommandIdentity,
  ) {
    super();
  }
}

@CommandHandler(TransferCommand)
export class TransferHandler implements ICommandHandler<TransferCommand> {
  constructor(@Inject(CommandPipeline) private readonly pipeline: CommandPipeline) {}

  execute({ asked, identity }: TransferCommand): Promise<Written<Transfer>> {
    return this.pipeline.write(
      (key) => ({ type: 'Transfer', transferId: transferIdOf(asked.legs[0].from, key), ...asked }),
      identity,
    );
  }
}
