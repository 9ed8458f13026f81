import { Money, type Currency } from '@tidemark/money';

/** What one wallet holds of one currency. */
export interface Balance {
  readonly posted: Money;
  /** How far below zero `posted` may go: zero or positive. */
  readonly overdraftLimit: Money;
}

/**
 * The state a decision is made on: the fold of a wallet's events up to `version`. Small, because each bound has a name: it is
 * written with each balance and kept in memory. So metadata, which may have 50 KB, is no part of it; a reader of a wallet
 * reads it from the opening event.
 */
export interface Wallet {
  readonly status: 'absent' | 'open' | 'closed';
  /** How many events this state has seen; the version of the last one. */
  readonly version: number;
  readonly homeRegion: string;
  /** By currency code. */
  readonly balances: Readonly<Record<string, Balance>>;
  /** What capabilities keep besides, by the name of their part (`definePart`). Absent where no part is in use. */
  readonly parts?: Readonly<Record<string, unknown>>;
}

export const initialState: Wallet = { status: 'absent', version: 0, homeRegion: '', balances: {} };

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

// The steps that an event's `evolve` is made of. Each counts one version.

export function changed(wallet: Wallet, changes: Partial<Omit<Wallet, 'version'>>): Wallet {
  return { ...wallet, ...changes, version: wallet.version + 1 };
}

/** The wallet with one more version, for a change of its parts alone. */
export function counted(wallet: Wallet): Wallet {
  return { ...wallet, version: wallet.version + 1 };
}

/** @param change what is added to the posted balance; negative for what is taken away */
export function post(wallet: Wallet, change: Money): Wallet {
  const { posted, overdraftLimit } = balanceOf(wallet, change.currency);
  return withBalance(wallet, { posted: posted.plus(change), overdraftLimit });
}

// Spelled out rather than spread: this runs once for every event that is ever folded.
export function withBalance(wallet: Wallet, balance: Balance): Wallet {
  const { status, homeRegion, parts } = wallet;
  const version = wallet.version + 1;
  const balances = { ...wallet.balances, [balance.posted.currency.code]: balance };
  return parts ? { status, version, homeRegion, balances, parts } : { status, version, homeRegion, balances };
}
