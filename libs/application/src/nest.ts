// The handlers for Nest's CommandBus and QueryBus. The rest of the application does not depend on Nest.

export { ApplicationModule, type ApplicationParts } from './application.module.js';
export { ExecuteBatch } from './batches/execute-batch.handler.js';
export { ExecuteCommand } from './commands/execute-command.handler.js';
export { GetAccountStatementQuery, type AccountStatement } from './queries/get-account-statement.handler.js';
export { ExportStatementQuery, type StatementExport } from './queries/export-statement.handler.js';
export { GetDailyTotalsHandler, GetDailyTotalsQuery } from './queries/get-daily-totals.handler.js';
export { ListLimitsQuery } from './queries/list-limits.handler.js';
export { GetHoldHandler, GetHoldQuery, ListHoldsQuery } from './queries/get-holds.handler.js';
export { GetMovementHandler, GetMovementQuery } from './queries/get-movement.handler.js';
export { GetOutcomeHandler, GetOutcomeQuery } from './queries/get-outcome.handler.js';
export { GetPendingQuery, ListPendingQuery } from './queries/get-pending.handler.js';
export { GetJournalHandler, GetJournalQuery } from './queries/get-journal.handler.js';
export { GetStatementHandler, GetStatementQuery } from './queries/get-statement.handler.js';
export {
  GetTrialBalanceHandler,
  GetTrialBalanceQuery,
  type TrialBalanceAnswer,
} from './queries/get-trial-balance.handler.js';
export { GetWalletEventsQuery } from './queries/get-wallet-events.handler.js';
export { GetWalletQuery, type ReadTime } from './queries/get-wallet.handler.js';
export { ListMovementsHandler, ListMovementsQuery } from './queries/list-movements.handler.js';
export { ListWalletsHandler, ListWalletsQuery } from './queries/list-wallets.handler.js';
export { GetCertificateQuery } from './operations/get-certificate.handler.js';
export { GetOperationQuery, GetOperationsQuery } from './operations/get-operations.handler.js';
export { GetParkedWalletsQuery } from './operations/get-parked-wallets.handler.js';
export { GetProjectionsQuery } from './operations/get-projections.handler.js';
export { RequestOperationCommand, type RequestedOperation } from './operations/request-operation.handler.js';
