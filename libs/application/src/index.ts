export { isKept, type AtomicBatch, type BatchItem } from './batches/batch-pipeline.js';
export { BATCH_COMMANDS_MAX, type AskedBatch } from './batches/batch-requests.js';
export type { CommandIdentity } from './commands/command-identity.js';
export { CommandPipeline, type Written } from './commands/command-pipeline.js';
export { completed, type AskedCommand } from './commands/asked-command.js';
export { requestHash, type RequestHashes } from './commands/request-hash.js';
export type { CutList } from './operations/get-parked-wallets.handler.js';
export { RegionWatch, regionWatches } from './operations/region-watch.js';
export { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, type Page, type ProjectedPage } from './queries/page.js';
export type { AsOf } from './read-model/checkpoints.js';
export { InvalidCursor } from './read-model/cursor.js';
export { readDailyTotals, type DailyTotal } from './read-model/daily-totals.query.js';
export { readAccountLines } from './read-model/account-statement.query.js';
export { readJournal, type JournalEntry } from './read-model/journal.query.js';
export { LOOKED_THROUGH_MAX } from './read-model/events-of-item.js';
export type { BookedMovement } from './read-model/movement.query.js';
export { StatementTooLong, type RangeBalance } from './read-model/statement-balances.js';
export type { StatementRange } from './read-model/statement-range.js';
export { ListsBusy } from './read-model/list-turns.js';
export { ReadModel } from './read-model/read-model.js';
export { readClosed, TimeNotReached } from './read-model/closed-past.js';
export { PositionNotReached, ProjectionBehind } from './read-model/wait-for-position.js';
export { Definitions, VERSIONS_MAX, type Definition, type DefinitionKind } from './definitions/definitions.js';
export { Currencies } from './currencies/currencies.js';
export {
  OutsideAccountDiffers,
  OutsideAccounts,
  TooManyOutsideAccounts,
  type OutsideAccountDefinition,
} from './outside-accounts/outside-accounts.js';
export { hashApiKey, isReserved, newApiKey, SCOPES, type NewApiKey, type Scope } from './api-keys/api-key.js';
export { ANONYMOUS, KeyRing, type Caller } from './api-keys/key-ring.js';
