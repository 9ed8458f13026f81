import type { Currency, Money } from '@tidemark/money';
import type {
  ChangeOverdraftLimit,
  Deposit,
  OpenWallet,
  Rehome,
  Transfer,
  TransferLeg,
  WalletCommand,
  Withdraw,
} from './commands.js';
import { scopeOf } from './commands.js';
import type { WalletEvent } from './events.js';
import type { Rejection, RejectionCode, RejectionDetails } from './rejections.js';
import { unreachable } from './unreachable.js';
import { balanceOf, evolve, type Wallet } from './wallet.js';

/** One event and the wallet it is appended to. */
export interface AddressedEvent {
  readonly walletId: string;
  readonly event: WalletEvent;
}

export type Decision =
  | { readonly kind: 'accepted'; readonly events: readonly AddressedEvent[] }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** Looks a wallet up; one that was never opened is `initialState`. */
export type Wallets = (walletId: string) => Wallet;

/** A state is loaded, cached and answered as a whole, so it must stay small. */
export const CURRENCIES_MAX = 100;

/**
 * Decides one command on the wallets as they are. Pure: reads no clock, draws no number, changes nothing.
 * Rejections are tested in the order of the code below, which is the order callers may rely on.
 */
export function decide(command: WalletCommand, wallets: Wallets): Decision {
  const scope = wallets(scopeOf(command));
  if (command.type === 'OpenWallet') return open(command, scope);
  if (scope.status === 'absent') return reject('wallet_not_found', { walletId: scopeOf(command) });
  if (command.expectedVersion !== undefined && command.expectedVersion !== scope.version) {
    const { expectedVersion: expected } = command;
    return reject('version_mismatch', { walletId: scopeOf(command), expected, actual: scope.version });
  }
  switch (command.type) {
    case 'ChangeOverdraftLimit':
      return changeOverdraftLimit(command, scope);
    case 'Deposit':
      return deposit(command, scope);
    case 'Withdraw':
      return withdraw(command, scope);
    case 'Transfer':
      return transfer(command, wallets);
    case 'Rehome':
      return rehome(command, scope);
    default:
      return unreachable(command);
  }
}

function open({ walletId, homeRegion, metadata }: OpenWallet, wallet: Wallet): Decision {
  if (wallet.status !== 'absent') return reject('wallet_already_open', { walletId });
  return accept({ walletId, event: { type: 'WalletOpened', homeRegion, metadata } });
}

function changeOverdraftLimit({ walletId, limit }: ChangeOverdraftLimit, wallet: Wallet): Decision {
  if (limit.isNegative()) return reject('limit_negative', { limit });
  return (
    roomFor(limit.currency, walletId, wallet) ?? accept({ walletId, event: { type: 'OverdraftLimitChanged', limit } })
  );
}

function deposit({ walletId, movementId, amount, details }: Deposit, wallet: Wallet): Decision {
  if (!amount.isPositive()) return reject('amount_not_positive', { amount });
  return (
    roomFor(amount.currency, walletId, wallet) ??
    accept({ walletId, event: { type: 'FundsDeposited', movementId, amount, details } })
  );
}

function withdraw({ walletId, movementId, amount, overdraft, details }: Withdraw, wallet: Wallet): Decision {
  if (!amount.isPositive()) return reject('amount_not_positive', { amount });
  if (overdraft === 'unlimited') {
    return (
      roomFor(amount.currency, walletId, wallet) ??
      accept({ walletId, event: { type: 'FundsWithdrawn', movementId, amount, overdraft, details } })
    );
  }
  return (
    fundsFor(amount, walletId, wallet) ??
    accept({ walletId, event: { type: 'FundsWithdrawn', movementId, amount, details } })
  );
}

function rehome({ walletId, homeRegion }: Rehome, wallet: Wallet): Decision {
  if (homeRegion === wallet.homeRegion) return reject('same_region', { walletId, homeRegion });
  return accept({ walletId, event: { type: 'WalletRehomed', homeRegion } });
}

function transfer({ transferId, legs, details }: Transfer, wallets: Wallets): Decision {
  const moved = new Map<string, Wallet>();
  const walletNow: Wallets = (id) => moved.get(id) ?? wallets(id);
  const events: AddressedEvent[] = [];
  const append = (walletId: string, event: WalletEvent) => {
    events.push({ walletId, event });
    moved.set(walletId, evolve(walletNow(walletId), event));
  };
  for (const leg of legs) {
    const rejected = refuseLeg(leg, walletNow);
    if (rejected) return rejected;
    const { from, to, amount } = leg;
    append(from, { type: 'TransferSent', transferId, to, amount, details });
    append(to, { type: 'TransferReceived', transferId, from, amount, details });
  }
  return accept(...events);
}

function refuseLeg({ from, to, amount }: TransferLeg, walletNow: Wallets): Decision | undefined {
  const [source, destination] = [walletNow(from), walletNow(to)];
  if (source.status === 'absent') return reject('wallet_not_found', { walletId: from });
  if (destination.status === 'absent') return reject('wallet_not_found', { walletId: to });
  if (from === to) return reject('same_wallet', { walletId: from });
  if (!amount.isPositive()) return reject('amount_not_positive', { amount });
  return roomFor(amount.currency, to, destination) ?? fundsFor(amount, from, source);
}

function fundsFor(requested: Money, walletId: string, wallet: Wallet): Decision | undefined {
  const { posted: available, overdraftLimit } = balanceOf(wallet, requested.currency);
  if (!available.plus(overdraftLimit).lessThan(requested)) return undefined;
  return reject('insufficient_funds', { walletId, requested, available, overdraftLimit });
}

function roomFor(currency: Currency, walletId: string, { balances }: Wallet): Decision | undefined {
  if (currency.code in balances || Object.keys(balances).length < CURRENCIES_MAX) return undefined;
  return reject('too_many_currencies', { walletId, currenciesMax: CURRENCIES_MAX });
}

function accept(...events: readonly AddressedEvent[]): Decision {
  return { kind: 'accepted', events };
}

function reject<C extends RejectionCode>(code: C, details: RejectionDetails[C]): Decision {
  return { kind: 'rejected', rejection: { code, details } as Rejection };
}
