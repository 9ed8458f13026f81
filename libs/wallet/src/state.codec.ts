import { Money } from '@tidemark/money';
import type { Wallet } from './wallet.js';

/**
 * Which `evolve` made an encoded state. Raise it whenever `evolve` or `Wallet` changes: states of another version are
 * then folded again from the log instead of being believed.
 */
export const STATE_VERSION = 1;

interface EncodedWallet {
  readonly version: number;
  readonly homeRegion: string;
  readonly metadata: Record<string, string>;
  /** posted and overdraft limit, canonical amounts, by currency code. */
  readonly balances: Record<string, readonly [posted: string, overdraftLimit: string]>;
}

/** A state that was opened, as JSON text (snapshots and projected rows). */
export function encodeWallet({ version, homeRegion, metadata, balances }: Wallet): string {
  const amounts = Object.entries(balances).map(([code, { posted, overdraftLimit }]) => [
    code,
    [posted.toString(), overdraftLimit.toString()],
  ]);
  return JSON.stringify({
    version,
    homeRegion,
    metadata,
    balances: Object.fromEntries(amounts),
  } satisfies EncodedWallet);
}

/** The inverse of `encodeWallet` for a text of this `STATE_VERSION`. */
export function decodeWallet(text: string): Wallet {
  const { balances, ...rest } = JSON.parse(text) as EncodedWallet;
  const entries = Object.entries(balances).map(([code, [posted, overdraftLimit]]) => [
    code,
    { posted: Money.fromCanonical(posted, code), overdraftLimit: Money.fromCanonical(overdraftLimit, code) },
  ]);
  return { status: 'open', ...rest, balances: Object.fromEntries(entries) };
}
