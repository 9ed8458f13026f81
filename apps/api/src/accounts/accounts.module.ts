import { Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';

/** Accounts of the outside: define, list, and their statements. */
@Module({ controllers: [AccountsController] })
export class AccountsModule {}
