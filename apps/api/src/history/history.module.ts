import { Module } from '@nestjs/common';
import { HistoryController } from './history.controller.js';

/** The events and the statement of a wallet. */
@Module({ controllers: [HistoryController] })
export class HistoryModule {}
