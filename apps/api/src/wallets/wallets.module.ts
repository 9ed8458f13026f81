import { Module } from '@nestjs/common';
import { WalletsController } from './wallets.controller.js';

/** Reading wallets. */
@Module({ controllers: [WalletsController] })
export class WalletsModule {}
