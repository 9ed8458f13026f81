export type * from './projection.js';
export { ALL_PROJECTIONS, projectionNamed } from './all-projections.js';
export { runWorker, type RunningWorker } from './worker-loop.js';
export {
  RegionFollower,
  FOLLOWER_TIMES,
  type FollowerObserver,
  type FollowerTimes,
} from './following/region-follower.js';
export { followedBuilds, openProjections, openRegion } from './following/generations.js';
export {
  builtAs,
  generationIn,
  LIVE_BUILDS,
  liveBuilds,
  liveBuildsOf,
  liveGenerations,
  liveIn,
  type LiveBuilds,
} from './live-builds.js';
export { listParked, type ParkedWallet } from './following/parked.js';
export { balances, type BalanceState, walletBalances } from './balances/balances.projection.js';
export { movementOf, movements, type Movement, walletMovements } from './movements/movements.projection.js';
export { journal, journalEntries } from './journal/journal.projection.js';
export { accountTotals, trialBalance } from './trial-balance/trial-balance.projection.js';
export { dailyTotals, totalsByDay } from './daily-totals/daily-totals.projection.js';
export { int2, int8, position } from './table-columns.js';
export { tablesOf } from './projection-tables.js';
export { plainNotation } from './plain-notation.js';
export * from './balances/balances.read-model.js';
export { readMetadata, type Metadata } from './balances/metadata.read-model.js';
export { Builder, type BuilderOptions } from './rebuilding/builder.js';
export {
  beginBuild,
  beginFollowing,
  listBuilds,
  NotFound,
  OperationRefused,
  type BuildRecord,
} from './rebuilding/build-records.js';
export { buildProgress } from './rebuilding/build-ranges.js';
export { differingShards, type Certificate, type Proof } from './rebuilding/certificate.js';
export { proofOfBuild, proofOfLog } from './rebuilding/proof.js';
export { compareWithLog, type Comparison } from './rebuilding/compare-with-log.js';
export type { Difference, DifferenceKind } from './rebuilding/difference.js';
export { BuildBehind, dropBuild, pointReaders, shardsBehindLive, type Pointed } from './rebuilding/swap.js';
export { verifyBuild, type Verification } from './rebuilding/verify.js';
export {
  ACTIONS,
  ARGUMENTS,
  type Action,
  type ArgumentsOf,
  type Failure,
  readArguments,
  type Operation,
  type Progress,
  type Swapped,
} from './operations/operation.js';
export {
  countOpenOperations,
  findOperation,
  listOperations,
  requestOperation,
} from './operations/operation-records.js';
export { OperationRunner, type RunnerOptions } from './operations/operation-runner.js';
export { shadowOf, type Shadow } from './operations/shadow.js';
export type { Rebuilt } from './operations/rebuild.operation.js';
export type { WalletRebuilt } from './operations/rebuild-wallet.operation.js';
export type { Retried } from './operations/retry.operation.js';
export { projectionStatus, type BuildStatus, type ProjectionStatus, type ShardStatus, type Status } from './status.js';
export type { Lag } from './following/lag.js';
