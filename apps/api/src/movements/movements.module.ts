import { Module } from '@nestjs/common';
import { MovementsController } from './movements.controller.js';

/** Reading movements and transfers by their ids. */
@Module({ controllers: [MovementsController] })
export class MovementsModule {}
