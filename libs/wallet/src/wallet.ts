import { Money, type Currency } from '@tidemark/money';
import type { WalletEvent } from './events.js';
import { unreachable } from './unreachable.js';

/** What one wallet holds of one currency. */
export interface Balance {
  readonly posted: Money;
  /** How far below zero `posted` may go: zero or positive. */
  readonly overdraftLimit: Money;
}

/** The state a decision is made on: the fold of a wallet's events up to `version`. */
export interface Wallet {
  readonly status: 'absent' | 'open';
  /** How many events this state has seen; the version of the last one. */
  readonly version: number;
  readonly homeRegion: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** By currency code. */
  readonly balances: Readonly<Record<string, Balance>>;
}

export const initialState: Wallet = { status: 'absent', version: 0, homeRegion: '', metadata: {}, balances: {} };

/**
 * The balance in one currency; zero where the wallet never held it.
 *
 * @throws Error when the wallet holds that currency at another scale: a currency table that changed is a defect.
 */
export function balanceOf(wallet: Wallet, currency: Currency): Balance {
  const held = wallet.balances[currency.code];
  if (!held) return { posted: Money.zero(currency), overdraftLimit: Money.zero(currency) };
  if (held.posted.currency.scale === currency.scale) return held;
  throw new Error(`${currency.code} has ${currency.scale} fraction digits here, and others in the wallet`);
}

/**
 * The state after one more event. Total over every event that a decision can produce: it never refuses.
 *
 * @throws Error when an event stands where it cannot (a defect of the log, never of a caller).
 */
export function evolve(wallet: Wallet, event: WalletEvent): Wallet {
  const version = wallet.version + 1;
  if ((wallet.status === 'absent') !== (event.type === 'WalletOpened')) {
    throw new Error(`${event.type} cannot be event ${version} of a wallet that is ${wallet.status}`);
  }
  switch (event.type) {
    case 'WalletOpened':
      return { ...wallet, status: 'open', version, homeRegion: event.homeRegion, metadata: event.metadata };
    case 'WalletRehomed':
      return { ...wallet, version, homeRegion: event.homeRegion };
    case 'OverdraftLimitChanged':
      return withBalance(wallet, { ...balanceOf(wallet, event.limit.currency), overdraftLimit: event.limit });
    case 'FundsDeposited':
    case 'TransferReceived':
      return post(wallet, event.amount);
    case 'FundsWithdrawn':
    case 'TransferSent':
      return post(wallet, event.amount.negated());
    default:
      return unreachable(event);
  }
}

function post(wallet: Wallet, change: Money): Wallet {
  const { posted, overdraftLimit } = balanceOf(wallet, change.currency);
  return withBalance(wallet, { posted: posted.plus(change), overdraftLimit });
}

// Spelled out rather than spread: this runs once for every event that is ever folded.
function withBalance(wallet: Wallet, balance: Balance): Wallet {
  return {
    status: wallet.status,
    version: wallet.version + 1,
    homeRegion: wallet.homeRegion,
    metadata: wallet.metadata,
    balances: { ...wallet.balances, [balance.posted.currency.code]: balance },
  };
}
