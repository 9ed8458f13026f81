export type {
  AddressedEvent,
  Batch,
  Decision,
  Rejection,
  RejectionCode,
  RejectionDetails,
  SingleCommand,
  WalletCommand,
  WalletEvent,
  WalletEventType,
} from './declared.js';
export {
  commandDefinition,
  commandDefinitions,
  eventDefinition,
  eventDefinitions,
  rejectionDefinitions,
} from './declared.js';
export type {
  BookedLine,
  CommandDefinition,
  CommandRoute,
  Found,
  MovementSearch,
  Needs,
  Wallets,
} from './declaring/command.js';
export type { DerivedId } from './declaring/derived-id.js';
export type { FactAddress, FactChange } from './declaring/fact.js';
export type { EventDefinition } from './declaring/event.js';
export type { CurrencyOf, JsonObject } from './declaring/field.js';
export type { RejectionDefinition, RejectionKind } from './declaring/rejection.js';
export type { MovementDetails, StatementLine } from './declaring/statement-line.js';
export { fitsIntoBatch } from './batch/batch.js';
export { decide, factsOf, homeAfter, openingsIn, scopeOf, toldBy, walletsOf } from './decide.js';
export type { DecisionContext } from './decision-context.js';
export { evolve, factChangesOf, postingsOf, statementLineOf } from './evolve.js';
export { balanceOf, initialState, type Balance, type Wallet } from './wallet.js';
export { currenciesIn, fundsOf, partsHeapBytes, type Funds } from './funds.js';
export { expiriesOf, nextDue, type Expiry } from './expiries.js';
export { HOLD_EVENT_TYPES, holdHistoryOf, openHoldsOf, type HoldView } from './holds/hold-history.js';
export { openPendingOf, PENDING_EVENT_TYPES, pendingHistoryOf, type PendingView } from './pending/pending-history.js';
export { reversedOf, reversiblePartsOf, type ReversiblePart } from './reversal/reversed-parts.js';
export { limitsOf, type LimitView } from './limits/limits-view.js';
export { walletClass } from './open-wallet/open-wallet.js';
export { metadataVersionOf } from './metadata/change-metadata.js';
export { ARCHIVED_IN_STATE, statusOf, type WalletStatus } from './life/life-part.js';
export { canonicalEvent, decodeEvent, encodeEvent, EventFromTheFuture, type EncodedEvent } from './event.codec.js';
export { requestText } from './request-text.js';
export { decodeWallet, encodeWallet, READABLE_STATE_VERSIONS, STATE_VERSION } from './state.codec.js';
export {
  accountClassOf,
  accountOf,
  nameOfOutside,
  outsideAccountOf,
  trialBalanceLineOf,
  COUNTER_ACCOUNTS,
  walletOfAccount,
  type Account,
  type AccountClass,
  type CounterAccount,
  type OutsideAccount,
  type Posting,
} from './accounts.js';
export {
  amountText,
  classText,
  countNumber,
  currencyCode,
  dayText,
  detailsShape,
  feeScheduleName,
  IDEMPOTENCY_KEY,
  idText,
  instantText,
  limitNameText,
  METADATA_PAIRS_MAX,
  metadataKey,
  metadataPairs,
  metadataValue,
  outsideAccountName,
  regionName,
  textOf,
  visibleAscii,
  walletIdText,
} from './fields/input-rules.js';
export { instantOf, startOfDay, YEARS } from './fields/instant-of.js';
export { FieldFault } from './declaring/field-fault.js';
export type { AnyField, FieldInput, Fields } from './declaring/field.js';
export { CONDITIONS } from './fields/conditions.js';
export { inputsOf } from './fields/fields.js';
export type { Deposit } from './deposit/deposit.js';
export type { OpenWallet } from './open-wallet/open-wallet.js';
export type { ChangeOverdraftLimit } from './overdraft-limit/overdraft-limit.js';
export type { Transfer, TransferLeg } from './transfer/transfer.js';
export type { Withdraw } from './withdraw/withdraw.js';
export { FEE_ROUNDING, feeFor, feeScheduleOf, type FeeSchedule, type StoredFeeSchedule } from './fees/fee-schedule.js';
export { unreachable } from './unreachable.js';
