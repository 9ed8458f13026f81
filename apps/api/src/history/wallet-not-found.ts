import { Problem } from '../problems/problem.js';

/** The problem of a wallet that is not there, or not there yet where replicas nearby were asked. */
export function noWallet(walletId: string, consistency?: 'eventual'): Problem {
  const yet = consistency === undefined ? '' : ' (yet)';
  return new Problem('wallet_not_found', `there is no wallet ${walletId}${yet}`, { details: { walletId } });
}
