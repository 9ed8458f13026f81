import { Module } from '@nestjs/common';
import { JournalController } from './journal.controller.js';

/** The books: journal, trial balance, daily totals. */
@Module({ controllers: [JournalController] })
export class JournalModule {}
