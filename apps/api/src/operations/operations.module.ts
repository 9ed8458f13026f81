import { Module } from '@nestjs/common';
import { ActionsController } from './actions.controller.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { OperationsController } from './operations.controller.js';
import { ProjectionsController } from './projections.controller.js';

/** Endpoints for operators. */
@Module({
  controllers: [ProjectionsController, ActionsController, OperationsController, HealthController, MetricsController],
})
export class OperationsModule {}
