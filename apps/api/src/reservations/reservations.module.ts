import { Module } from '@nestjs/common';
import { OutcomesController } from './outcomes.controller.js';
import { ReservationsController } from './reservations.controller.js';

/** Reading holds, pending movements, and what an idempotency key was answered. */
@Module({ controllers: [ReservationsController, OutcomesController] })
export class ReservationsModule {}
