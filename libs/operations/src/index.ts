export {
  type Action,
  ACTIONS,
  ARGUMENTS,
  type ArgumentsOf,
  type Failure,
  type Operation,
  type Progress,
  readArguments,
  type Swapped,
} from './operation.js';
export { countOpenOperations, findOperation, listOperations, requestOperation } from './operation-records.js';
export { OperationRunner, type RunnerOptions } from './operation-runner.js';
export { type Shadow, shadowOf } from './shadow.js';
export type { Rebuilt } from './rebuild.operation.js';
export type { WalletRebuilt } from './rebuild-wallet.operation.js';
export type { Retried } from './retry.operation.js';
export {
  type BuildStatus,
  projectionStatus,
  type ProjectionStatus,
  type ReactorStatus,
  type ShardStatus,
  type Status,
} from './status.js';
