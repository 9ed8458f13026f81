export { ApplicationModule, type ApplicationParts } from './application.module.js';
export type { CommandIdentity } from './commands/command-identity.js';
export { CommandPipeline, type Written } from './commands/command-pipeline.js';
export { ChangeOverdraftLimitCommand } from './commands/change-overdraft-limit.handler.js';
export { DepositCommand } from './commands/deposit.handler.js';
export { OpenWalletCommand, OpenWalletHandler } from './commands/open-wallet.handler.js';
export { RehomeCommand } from './commands/rehome.handler.js';
export { TransferCommand } from './commands/transfer.handler.js';
export { WithdrawCommand } from './commands/withdraw.handler.js';
export { movementIdOf, transferIdOf, walletIdOf } from './commands/derived-ids.js';
export { openingHashes, requestHash } from './commands/request-hash.js';
export { GetDailyTotalsHandler, GetDailyTotalsQuery } from './queries/get-daily-totals.handler.js';
export { GetJournalHandler, GetJournalQuery } from './queries/get-journal.handler.js';
export { GetStatementHandler, GetStatementQuery } from './queries/get-statement.handler.js';
export {
  GetTrialBalanceHandler,
  GetTrialBalanceQuery,
  type TrialBalanceAnswer,
} from './queries/get-trial-balance.handler.js';
export { GetWalletEventsQuery } from './queries/get-wallet-events.handler.js';
export { GetWalletQuery, type Moment } from './queries/get-wallet.handler.js';
export { ListWalletsHandler, ListWalletsQuery } from './queries/list-wallets.handler.js';
export type { CutList } from './operations/cut-list.js';
export { GetCertificateQuery } from './operations/get-certificate.handler.js';
export { GetOperationQuery, GetOperationsQuery } from './operations/get-operations.handler.js';
export { GetParkedWalletsQuery } from './operations/get-parked-wallets.handler.js';
export { GetProjectionsQuery } from './operations/get-projections.handler.js';
export { RegionWatch, regionWatches } from './operations/region-watch.js';
export { RequestOperationCommand, type RequestedOperation } from './operations/request-operation.handler.js';
export { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, type Page, type ProjectedPage } from './queries/page.js';
export type { AsOf } from './read-model/checkpoints.js';
export { InvalidCursor } from './read-model/cursor.js';
export { readDailyTotals, type DailyTotal } from './read-model/daily-totals.query.js';
export { readJournal, type JournalEntry } from './read-model/journal.query.js';
export { ListsBusy, ListTurns, type ListLimits } from './read-model/list-turns.js';
export { ReadModel } from './read-model/read-model.js';
export { readClosed, TimeNotReached } from './read-model/closed-past.js';
export { PositionNotReached, ProjectionBehind } from './read-model/wait-for-position.js';
export { Currencies } from './currencies/currencies.js';
export { hashApiKey, newApiKey, SCOPES, type NewApiKey, type Scope } from './api-keys/api-key.js';
export { ANONYMOUS, KeyRing, type Caller } from './api-keys/key-ring.js';
