import { Module } from '@nestjs/common';
import { LimitsController } from './limits.controller.js';

/** Reading the limits of a wallet. */
@Module({ controllers: [LimitsController] })
export class LimitsModule {}
