import { Module } from '@nestjs/common';
import { ProblemsController } from './problems.controller.js';

/** What each error code means. */
@Module({ controllers: [ProblemsController] })
export class ProblemsModule {}
