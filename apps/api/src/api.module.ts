import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { ApplicationModule, type ApplicationParts } from '@tidemark/application/nest';
import { Metrics } from '@tidemark/observability';
import { AccountsModule } from './accounts/accounts.module.js';
import { BatchesModule } from './batches/batches.module.js';
import { FeesModule } from './fees/fees.module.js';
import { CommandsModule } from './commands/commands.module.js';
import { HistoryModule } from './history/history.module.js';
import { JournalModule } from './journal/journal.module.js';
import type { Readiness } from './operations/health.controller.js';
import { MovementsModule } from './movements/movements.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { ProblemsModule } from './problems/problems.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { ReservationsModule } from './reservations/reservations.module.js';
import { ENGINE, DATABASE_REGIONS, READINESS, type DatabaseRegions } from './tokens.js';
import { WalletsModule } from './wallets/wallets.module.js';

export interface ApiParts {
  readonly application: ApplicationParts;
  readonly regions: DatabaseRegions;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
}

/** A module for each feature. Whatever is here is served, and described in `/openapi.json`. */
const FEATURES = [
  WalletsModule,
  CommandsModule,
  BatchesModule,
  MovementsModule,
  LimitsModule,
  ReservationsModule,
  HistoryModule,
  JournalModule,
  AccountsModule,
  FeesModule,
  OperationsModule,
  ProblemsModule,
];

/** The controllers of all features. */
export const CONTROLLERS: readonly Type[] = FEATURES.flatMap(
  (feature) => Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, feature) as Type[],
);

/** Everything that answers HTTP. What the features share is provided here. */
@Global()
@Module({})
export class ApiModule {
  static with({ application, regions, metrics, readiness }: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [ApplicationModule.with(application), ...FEATURES],
      providers: [
        { provide: DATABASE_REGIONS, useValue: regions },
        { provide: ENGINE, useValue: application.readModel.database.engine },
        { provide: Metrics, useValue: metrics },
        { provide: READINESS, useValue: readiness },
      ],
      exports: [DATABASE_REGIONS, ENGINE, Metrics, READINESS],
    };
  }
}
