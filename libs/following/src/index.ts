export { type RunningWorker, runWorker } from './worker-loop.js';
export { FOLLOWER_TIMES, type FollowerObserver, type FollowerTimes } from './consumer.js';
export { RegionFollower } from './region-follower.js';
export {
  ALL_REACTORS,
  defineReactor,
  reactorBuild,
  whyNotRebuilt,
  type Reactions,
  type Reactor,
  type SendCommand,
} from './reactor.js';
export { ExpiryTimer } from './expiry-timer.js';
export { followedBuilds, openProjections, openReactors } from './followed-builds.js';
export { listParked, park, parkedAmong, type ParkedWallet, requestRebuild, requestRetry } from './parked.js';
export { type Lag, lagsOf, NO_LAG, together } from './lag.js';
export { ownerOf, type WorkerIdentity } from './claims.js';
export { keyOf, PageLost, readCheckpoints } from './checkpoints.js';
export { Decoder, type Folded, foldStream, WalletFold } from './fold-stream.js';
export { readLeases } from './leases.js';
