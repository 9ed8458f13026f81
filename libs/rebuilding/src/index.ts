export { Builder, type BuilderOptions } from './builder.js';
export {
  abandonedBuilds,
  beginBuild,
  beginFollowing,
  type BuildRecord,
  listBuilds,
  NotFound,
  OperationRefused,
  regionsAskedFor,
  regionsOfBuild,
  requireBuild,
} from './build-records.js';
export { buildProgress } from './build-ranges.js';
export { type Certificate, differingShards, type Proof } from './certificate.js';
export { proofOfBuild, proofOfLog } from './proof.js';
export { compareWithLog, type Comparison, type ComparisonOptions } from './compare-with-log.js';
export type { Difference, DifferenceKind } from './difference.js';
export {
  BuildBehind,
  dropBuild,
  pointBack,
  type Pointed,
  type PointOptions,
  pointReaders,
  shardsBehindLive,
} from './swap.js';
export { comparedWith, requireSwappable, type Verification, verifyBuild } from './verify.js';
export { rawRows } from './raw-rows.js';
export { encoded } from './wallet-check.js';
