import type { Capability } from './declaring/capability.js';
import { deposit, FundsDeposited } from './deposit/deposit.js';
import { openWallet, WalletOpened } from './open-wallet/open-wallet.js';
import { changeOverdraftLimit, OverdraftLimitChanged } from './overdraft-limit/overdraft-limit.js';
import { rehome, WalletRehomed } from './rehome/rehome.js';
import { transfer, TransferReceived, TransferSent } from './transfer/transfer.js';
import { FundsWithdrawn, withdraw } from './withdraw/withdraw.js';

/** All that a wallet can do: a folder each, and a line here. docs/adding-a-capability.md says how to add one. */
export const CAPABILITIES = [
  { events: [WalletOpened], commands: [openWallet] },
  { events: [OverdraftLimitChanged], commands: [changeOverdraftLimit] },
  { events: [FundsDeposited], commands: [deposit] },
  { events: [FundsWithdrawn], commands: [withdraw] },
  { events: [TransferSent, TransferReceived], commands: [transfer] },
  { events: [WalletRehomed], commands: [rehome] },
] as const satisfies readonly Capability[];
