import { Money } from '@tidemark/money';
import { partNamed } from './declared.js';
import type { Part } from './declaring/part.js';
import type { Wallet } from './wallet.js';

/**
 * Which `evolve` made an encoded state. Raise it whenever `evolve` or `Wallet` changes: states that are not readable are
 * then folded again from the log instead of being believed.
 */
export const STATE_VERSION = 2;

/** States that `decodeWallet` reads. Version 1 is version 2 with the metadata, which is left out. */
export const READABLE_STATE_VERSIONS: readonly number[] = [1, 2];

interface EncodedWallet {
  readonly version: number;
  readonly homeRegion: string;
  /** posted and overdraft limit, canonical amounts, by currency code. */
  readonly balances: Record<string, readonly [posted: string, overdraftLimit: string]>;
  /** Left out while the wallet is open. */
  readonly status?: 'closed';
  /** By the name of the part; left out where none is in use. */
  readonly parts?: Record<string, unknown>;
}

/** A state that was opened, as JSON text (snapshots and projected rows). */
export function encodeWallet({ status, version, homeRegion, balances, parts }: Wallet): string {
  const amounts = Object.entries(balances).map(([code, { posted, overdraftLimit }]) => [
    code,
    [posted.toString(), overdraftLimit.toString()],
  ]);
  return JSON.stringify({
    version,
    homeRegion,
    balances: Object.fromEntries(amounts),
    ...(status === 'closed' && { status }),
    ...(parts && { parts: mapParts(parts, (part, state) => part.encode(state)) }),
  } satisfies EncodedWallet);
}

/** The inverse of `encodeWallet` for a text of one of the `READABLE_STATE_VERSIONS`. */
export function decodeWallet(text: string): Wallet {
  const { version, homeRegion, balances, status = 'open', parts } = JSON.parse(text) as EncodedWallet;
  const entries = Object.entries(balances).map(([code, [posted, overdraftLimit]]) => [
    code,
    { posted: Money.fromCanonical(posted, code), overdraftLimit: Money.fromCanonical(overdraftLimit, code) },
  ]);
  return {
    ...{ status, version, homeRegion },
    balances: Object.fromEntries(entries),
    ...(parts && { parts: mapParts(parts, (part, json) => part.decode(json as never)) }),
  };
}

function mapParts(parts: Readonly<Record<string, unknown>>, map: (part: Part, value: unknown) => unknown) {
  return Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, map(partNamed(name), value)]));
}
