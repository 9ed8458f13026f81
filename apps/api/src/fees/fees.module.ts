import { Module } from '@nestjs/common';
import { FeesController } from './fees.controller.js';

/** Fee schedules: define a version, list and read them. */
@Module({ controllers: [FeesController] })
export class FeesModule {}
