import { Module, type DynamicModule } from '@nestjs/common';
import { ApplicationModule, type ApplicationParts } from '@tidemark/application';
import { Metrics } from '@tidemark/observability';
import { HistoryController } from './history/history.controller.js';
import { JournalController } from './journal/journal.controller.js';
import { ActionsController } from './operations/actions.controller.js';
import { HealthController, type Readiness } from './operations/health.controller.js';
import { MetricsController } from './operations/metrics.controller.js';
import { OperationsController } from './operations/operations.controller.js';
import { ProjectionsController } from './operations/projections.controller.js';
import { ProblemsController } from './problems/problems.controller.js';
import { ENGINE, HOME_REGIONS, READINESS, type HomeRegions } from './tokens.js';
import { TransfersController } from './transfers/transfers.controller.js';
import { MovementsController } from './wallets/movements.controller.js';
import { WalletsController } from './wallets/wallets.controller.js';

export interface ApiParts {
  readonly application: ApplicationParts;
  readonly regions: HomeRegions;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
}

/** Whatever is here is served, and described in `/openapi.json`. */
export const CONTROLLERS = [
  WalletsController,
  MovementsController,
  TransfersController,
  HistoryController,
  JournalController,
  ProjectionsController,
  ActionsController,
  OperationsController,
  ProblemsController,
  HealthController,
  MetricsController,
];

/** Everything that answers HTTP. */
@Module({})
export class ApiModule {
  static with({ application, regions, metrics, readiness }: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [ApplicationModule.with(application)],
      controllers: [...CONTROLLERS],
      providers: [
        { provide: HOME_REGIONS, useValue: regions },
        { provide: ENGINE, useValue: application.readModel.database.engine },
        { provide: Metrics, useValue: metrics },
        { provide: READINESS, useValue: readiness },
      ],
    };
  }
}
