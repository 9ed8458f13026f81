export { connect, type ConnectOptions, type Database } from './connect.js';
export { classify, sqlStateOf, type Classification, type ErrorClass } from './classification.js';
export { type Engine, type EngineVersion } from './engine.js';
export { ConnectFailed, ConnectionLost, QueryTimedOut, StartRefused, TransactionRolledBack } from './errors.js';
export { ensureDatabase } from './migration/ensure-database.js';
export { migrationsOf } from './migration/migration-files.js';
export { migrate, type Migrated, type MigrateOptions } from './migration/migrate.js';
export {
  requireRegions,
  spreadOverRegions,
  type Spread,
  type SpreadOptions,
  type SurvivalGoal,
} from './migration/multi-region.js';
export { requireSchema } from './migration/schema-state.js';
export { requireServer, type ServerRequirements } from './start/require-server.js';
export { fullJitter, retryIdempotent, type RetryBounds } from './retry.js';
export type { Snapshot } from './snapshot.js';
export type { RunStatement, StatementResult } from './statement.js';
export { shownUrl } from './shown-url.js';
export { isStorable } from './storable-text.js';
export { isoInstant } from './value-types.js';
export type { TransactionClient, TransactionOptions } from './transaction.js';
export type { LocalDatabase } from './local/local-database.js';
export { localPostgres, type LocalPostgresOptions } from './local/local-postgres.js';
export { cockroachOnPath, localCockroach, type LocalCockroachOptions } from './local/local-cockroach.js';
