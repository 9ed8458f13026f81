import { balancesView, fullBalances } from '@tidemark/event-store';
import type { ProjectedWallet, WalletState } from '@tidemark/projections';
import { statusOf, walletClass } from '@tidemark/wallet';
import type { WalletRead } from '../schemas/answers.js';

/**
 * The answer to a read.
 *
 * @param at the moment that the answer is about, by which holds count or have expired; ISO 8601, UTC
 */
export function walletOf(state: WalletState | ProjectedWallet, at = new Date().toISOString()): WalletRead {
  const { walletId, wallet, position, metadata } = state;
  const { homeRegion, version } = wallet;
  const readAsOf = 'readAsOf' in state ? { readAsOf: state.readAsOf } : {};
  const balances = fullBalances(balancesView(wallet, at));
  const name = walletClass.of(wallet);
  return {
    ...{
      walletId,
      status: statusOf(wallet),
      ...(name !== undefined && { class: name }),
      homeRegion,
      version,
      position,
      balances,
      metadata,
    },
    ...readAsOf,
  };
}

/**
 * Whether something has expired since the wallet's last event. Then the answer has changed and the version has not, so the ETag
 * does not tell.
 *
 * @param at as of `walletOf`
 */
export function hasLapsed({ wallet, recordedAt }: WalletState, at = new Date().toISOString()): boolean {
  if (!wallet.parts) return false;
  const [then, now] = [recordedAt, at].map((time) => JSON.stringify(balancesView(wallet, time)));
  return then !== now;
}
