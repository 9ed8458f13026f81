import { Module } from '@nestjs/common';
import { HistoryController } from './history.controller.js';
import { StatementController } from './statement.controller.js';

/** The events and the statement of a wallet. */
@Module({ controllers: [HistoryController, StatementController] })
export class HistoryModule {}
