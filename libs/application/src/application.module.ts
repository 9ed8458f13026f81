import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ExecuteBatchHandler } from './batches/execute-batch.handler.js';
import { CommandPipeline } from './commands/command-pipeline.js';
import { ExecuteCommandHandler } from './commands/execute-command.handler.js';
import { Currencies } from './currencies/currencies.js';
import { Definitions } from './definitions/definitions.js';
import { GetCertificateHandler } from './operations/get-certificate.handler.js';
import { GetOperationHandler, GetOperationsHandler } from './operations/get-operations.handler.js';
import { GetParkedWalletsHandler } from './operations/get-parked-wallets.handler.js';
import { GetProjectionsHandler } from './operations/get-projections.handler.js';
import { RequestOperationHandler } from './operations/request-operation.handler.js';
import { OutsideAccounts } from './outside-accounts/outside-accounts.js';
import { GetAccountStatementHandler } from './queries/get-account-statement.handler.js';
import { ExportStatementHandler } from './queries/export-statement.handler.js';
import { GetDailyTotalsHandler } from './queries/get-daily-totals.handler.js';
import { ListLimitsHandler } from './queries/list-limits.handler.js';
import { GetHoldHandler, ListHoldsHandler } from './queries/get-holds.handler.js';
import { GetJournalHandler } from './queries/get-journal.handler.js';
import { GetMovementHandler } from './queries/get-movement.handler.js';
import { GetOutcomeHandler } from './queries/get-outcome.handler.js';
import { GetPendingHandler, ListPendingHandler } from './queries/get-pending.handler.js';
import { GetStatementHandler } from './queries/get-statement.handler.js';
import { GetTrialBalanceHandler } from './queries/get-trial-balance.handler.js';
import { GetWalletEventsHandler } from './queries/get-wallet-events.handler.js';
import { GetWalletHandler } from './queries/get-wallet.handler.js';
import { ListMovementsHandler } from './queries/list-movements.handler.js';
import { ListWalletsHandler } from './queries/list-wallets.handler.js';
import { ReadModel } from './read-model/read-model.js';

/** What the handlers need. The caller that created these closes them. */
export interface ApplicationParts {
  readonly pipeline: CommandPipeline;
  readonly readModel: ReadModel;
  readonly currencies: Currencies;
  readonly outsideAccounts: OutsideAccounts;
  readonly definitions: Definitions;
}

/** The command and query handlers behind Nest's CommandBus and QueryBus. */
@Module({})
export class ApplicationModule {
  static with({ pipeline, readModel, currencies, outsideAccounts, definitions }: ApplicationParts): DynamicModule {
    return {
      module: ApplicationModule,
      global: true,
      imports: [CqrsModule.forRoot()],
      providers: [
        { provide: CommandPipeline, useValue: pipeline },
        { provide: ReadModel, useValue: readModel },
        { provide: Currencies, useValue: currencies },
        { provide: OutsideAccounts, useValue: outsideAccounts },
        { provide: Definitions, useValue: definitions },
        ExecuteCommandHandler,
        ExecuteBatchHandler,
        GetWalletHandler,
        ListWalletsHandler,
        GetWalletEventsHandler,
        GetStatementHandler,
        ExportStatementHandler,
        GetMovementHandler,
        ListMovementsHandler,
        GetHoldHandler,
        ListHoldsHandler,
        ListLimitsHandler,
        GetPendingHandler,
        ListPendingHandler,
        GetOutcomeHandler,
        GetJournalHandler,
        GetTrialBalanceHandler,
        GetAccountStatementHandler,
        GetDailyTotalsHandler,
        RequestOperationHandler,
        GetProjectionsHandler,
        GetOperationsHandler,
        GetOperationHandler,
        GetParkedWalletsHandler,
        GetCertificateHandler,
      ],
      exports: [CqrsModule, CommandPipeline, ReadModel, Currencies, OutsideAccounts, Definitions],
    };
  }
}
