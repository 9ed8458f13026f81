import { Module } from '@nestjs/common';
import { CommandsModule } from '../commands/commands.module.js';
import { BatchController } from './batch.controller.js';

/** Several commands in one request. */
@Module({ imports: [CommandsModule], controllers: [BatchController] })
export class BatchesModule {}
