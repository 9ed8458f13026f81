import type { Capability } from './declaring/capability.js';
import { deposit, FundsDeposited } from './deposit/deposit.js';
import { captureHold, HoldCaptured } from './holds/capture-hold.js';
import { holds } from './holds/holds-part.js';
import { FundsHeld, placeHold } from './holds/place-hold.js';
import { expireHold, extendHold, HoldExpired, HoldExtended, HoldVoided, voidHold } from './holds/release-hold.js';
import { FeeCharged, FeeReceived } from './fees/charge-fee.js';
import { archive, close, WalletArchived, WalletClosed } from './life/close.js';
import { freeze, unfreeze, WalletFrozen, WalletUnfrozen } from './life/freeze.js';
import { life } from './life/life-part.js';
import { BalanceGivenUp, BalanceTakenOver, merge } from './life/merge.js';
import { DepositAnnounced, WithdrawalAnnounced } from './pending/announce.js';
import { pending } from './pending/pending-part.js';
import {
  expireMovement,
  failDeposit,
  failWithdrawal,
  MovementExpired,
  MovementFailed,
  MovementSettled,
  settleDeposit,
  settleWithdrawal,
} from './pending/settle.js';
import { changeMetadata, MetadataChanged, metadataChangedAt } from './metadata/change-metadata.js';
import { limits } from './limits/limits-part.js';
import { LimitRemoved, LimitSet, removeLimit, setLimit } from './limits/set-limit.js';
import { openWallet, walletClass, WalletOpened } from './open-wallet/open-wallet.js';
import { changeOverdraftLimit, OverdraftLimitChanged } from './overdraft-limit/overdraft-limit.js';
import { rehome, WalletRehomed } from './rehome/rehome.js';
import { CounterpartReversed, MovementReversed, reverseMovement } from './reversal/reverse-movement.js';
import { transfer, TransferReceived, TransferSent } from './transfer/transfer.js';
import { FundsWithdrawn, withdraw } from './withdraw/withdraw.js';

/** All that a wallet can do: a folder each, and a line here. docs/adding-a-capability.md says how to add one. */
export const CAPABILITIES = [
  { parts: [walletClass], events: [WalletOpened], commands: [openWallet] },
  { parts: [metadataChangedAt], events: [MetadataChanged], commands: [changeMetadata] },
  { events: [OverdraftLimitChanged], commands: [changeOverdraftLimit] },
  { events: [FundsDeposited], commands: [deposit] },
  { events: [FundsWithdrawn], commands: [withdraw] },
  { events: [TransferSent, TransferReceived], commands: [transfer] },
  { events: [FeeCharged, FeeReceived], commands: [] },
  { events: [WalletRehomed], commands: [rehome] },
  { parts: [life], events: [WalletFrozen, WalletUnfrozen], commands: [freeze, unfreeze] },
  { parts: [limits], events: [LimitSet, LimitRemoved], commands: [setLimit, removeLimit] },
  { events: [WalletClosed, WalletArchived], commands: [close, archive] },
  { events: [BalanceGivenUp, BalanceTakenOver], commands: [merge] },
  { parts: [pending], events: [DepositAnnounced, WithdrawalAnnounced], commands: [] },
  {
    events: [MovementSettled, MovementFailed, MovementExpired],
    commands: [settleDeposit, settleWithdrawal, failDeposit, failWithdrawal, expireMovement],
  },
  { parts: [holds], events: [FundsHeld], commands: [placeHold] },
  { events: [HoldCaptured], commands: [captureHold] },
  { events: [MovementReversed, CounterpartReversed], commands: [reverseMovement] },
  { events: [HoldVoided, HoldExtended, HoldExpired], commands: [voidHold, extendHold, expireHold] },
] as const satisfies readonly Capability[];
