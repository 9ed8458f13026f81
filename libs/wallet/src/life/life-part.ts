import { reject } from '../declaring/decision.js';
import { definePart } from '../declaring/part.js';
import { walletFrozen, type FrozenDirection } from '../rejections.js';
import type { Wallet } from '../wallet.js';

/** What a wallet is as people see it. */
export type WalletStatus = 'absent' | 'open' | 'frozen' | 'closed' | 'archived';

export interface Life {
  /** The directions that are frozen. */
  readonly frozen: readonly FrozenDirection[];
  readonly archived?: true;
  /** The wallet that took over, where this one was merged into it. */
  readonly successor?: string;
}

/**
 * Stands in the stored state of an archived wallet, and of no other: quotation marks inside texts are escaped. By it lists leave
 * archived wallets out without reading every state.
 */
export const ARCHIVED_IN_STATE = '"archived":true';

const NOTHING: Life = { frozen: [] };

/** Frozen, archived, merged. */
export const life = definePart<Life>('life', {
  initial: NOTHING,
  charactersMax: 200,
  encode: (state) => state,
  decode: (json) => json as Life,
  refuse: ({ frozen }, { walletId, direction }) =>
    frozen.includes(direction === 'in' ? 'credits' : 'debits') ? reject(walletFrozen, { walletId, frozen }) : undefined,
});

/** The wallet with some directions frozen and no other. Counts no version. */
export function withFrozen(wallet: Wallet, frozen: readonly FrozenDirection[]): Wallet {
  const { frozen: _, ...rest } = life.of(wallet);
  const next = { ...rest, frozen };
  return life.put(wallet, Object.keys(rest).length === 0 && frozen.length === 0 ? NOTHING : next);
}

/** As people see it: archived before closed before frozen. */
export function statusOf(wallet: Wallet): WalletStatus {
  const { archived, frozen } = life.of(wallet);
  if (archived) return 'archived';
  if (wallet.status === 'open' && frozen.length > 0) return 'frozen';
  return wallet.status;
}

/** What the rejection of a closed wallet tells: where its money went, if it was merged. */
export function closedDetails(walletId: string, wallet: Wallet): { walletId: string; successor?: string } {
  const { successor } = life.of(wallet);
  return { walletId, ...(successor !== undefined && { successor }) };
}
