import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { OpenWallet } from '@tidemark/wallet';
import type { CommandIdentity } from './command-identity.js';
import { CommandPipeline, type Written } from './command-pipeline.js';
import { walletIdOf } from './derived-ids.js';

/** Opens a wallet. Without a `walletId` it gets one that follows from the caller and the idempotency key. */
export class OpenWalletCommand extends Command<Written<OpenWallet>> {
  constructor(
    readonly asked: Omit<OpenWallet, 'type' | 'walletId'> & { readonly walletId?: string | undefined },
    readonly identity: CommandIdentity,
  ) {
    super();
  }
}

@CommandHandler(OpenWalletCommand)
export class OpenWalletHandler implements ICommandHandler<OpenWalletCommand> {
  constructor(@Inject(CommandPipeline) private readonly pipeline: CommandPipeline) {}

  execute({ asked, identity }: OpenWalletCommand): Promise<Written<OpenWallet>> {
    const walletId = asked.walletId ?? walletIdOf(identity.caller, identity.idempotencyKey);
    return this.pipeline.write({ type: 'OpenWallet', ...asked, walletId }, identity);
  }
}
