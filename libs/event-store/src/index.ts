export { openEventStore, strategies, type EventStoreOptions, type StrategyName } from './event-store.js';
export type { CommandRequest, CommandSequence, CommandStrategy, EventStore } from './command-request.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export type { RetryReason, WriteObserver } from './environment.js';
export {
  IdempotencyKeyReused,
  LogUnavailable,
  OutcomeUnknown,
  QueueFull,
  type AcceptedResult,
  type BalanceView,
  type CommandOutcome,
  type CommandResult,
  type RejectedResult,
  type WalletView,
} from './outcome.js';
export { balancesView, fullBalances } from './balances-view.js';
export { chain, CHAIN_START } from './hash-chain.js';
export { closeTime, isReached, VISIBLE_WITHIN_MS } from './closed-time.js';
export { isPosition, LOG_START, POSITION_TYPE, positionOf, type Position } from './position.js';
export { regionsOf, type Regions } from './regions.js';
export { LOOKUP } from './lookup-join.js';
export { shardOf, SHARDS } from './shard.js';
export {
  domainEvent,
  EVENT_COLUMNS,
  rowToEvent,
  type EventMetadata,
  type EventRow,
  type RecordedEvent,
} from './recorded-event.js';
export {
  compareCursors,
  NO_COMMIT_ID,
  readCommits,
  readFewCommits,
  readHead,
  readRanges,
  readRangesOfCommits,
  readWalletEvents,
  type AppendedRange,
  type Commit,
  type LogCursor,
} from './log-reader.js';
export {
  countWallets,
  fixPosition,
  readEventPage,
  splitWallets,
  type EventPage,
  type EventPlace,
} from './event-ranges.js';
export { PAGE_BYTES_MAX, PageSize } from './page-bytes.js';
export type { ProjectedEvent } from './packed-events.js';
export * from './audit/index.js';
export type { OutcomeKey } from './outcome-lookup.js';
export { MovementFinder } from './movement-finder.js';
export { findMovements, MovementsBehind, type LocatedLine } from './booked-movements.js';
export { LOOKED_THROUGH_AT_ONCE, readEventsAbout } from './events-about.js';
export { versionBefore } from './version-before.js';
export { readOutcome, type OutcomeOfKey } from './read-outcome.js';
export { addressText, readFacts } from './stored-facts.js';
export { readWallets } from './wallet-loader.js';
