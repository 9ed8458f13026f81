import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { OpenWallet } from '@tidemark/wallet';
import type { CommandIdentity } from './command-identity.js';
import { CommandPipeline, type Written } from './command-pipeline.js';
import { walletIdOf } from './derived-ids.js';
import { openingHashes, type AskedOpening } from './request-hash.js';

/**
 * Opens a wallet. Without a `walletId` it gets one that follows from the caller and the idempotency key; without a `homeRegion`
 * it lives in the first of the regions.
 */
export class OpenWalletCommand extends Command<Written<OpenWallet>> {
  constructor(
    readonly asked: Omit<AskedOpening, 'type' | 'walletId'> & { readonly walletId?: string | undefined },
    readonly identity: CommandIdentity,
    /** Of the installation, the one of this process first. */
    readonly regions: readonly [string, ...string[]],
  ) {
    super();
  }
}

@CommandHandler(OpenWalletCommand)
export class OpenWalletHandler implements ICommandHandler<OpenWalletCommand> {
  constructor(@Inject(CommandPipeline) private readonly pipeline: CommandPipeline) {}

  execute({ asked, identity, regions }: OpenWalletCommand): Promise<Written<OpenWallet>> {
    const walletId = asked.walletId ?? walletIdOf(identity.caller, identity.idempotencyKey);
    const opening: AskedOpening = { type: 'OpenWallet', ...asked, walletId };
    const command: OpenWallet = { ...opening, homeRegion: asked.homeRegion ?? regions[0] };
    return this.pipeline.write(command, identity, openingHashes(opening, regions));
  }
}
