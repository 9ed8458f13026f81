import {
  decodeWallet,
  encodeWallet,
  evolve,
  initialState,
  partsHeapBytes,
  READABLE_STATE_VERSIONS,
  STATE_VERSION,
  type Wallet,
} from '@tidemark/wallet';
import type { Projection } from '../projection.js';

/** One wallet as it stands. Times are ISO 8601, UTC. */
export interface BalanceState {
  readonly wallet: Wallet;
  readonly openedAt: string;
  readonly updatedAt: string;
}

/** Balances: the wallet folded, one row each. What `GET /v1/wallets` lists and every fresh read starts from. */
export const balances: Projection<BalanceState> = {
  name: 'balances',
  version: 2,
  state: {
    name: 'wallet_balances',
    columns: { state_version: 'int2', state: 'text', opened_at: 'timestamptz', updated_at: 'timestamptz' },
    encode: ({ wallet, openedAt, updatedAt }) => [STATE_VERSION, encodeWallet(wallet), openedAt, updatedAt],
    decode: ([stateVersion, state, openedAt, updatedAt]) =>
      READABLE_STATE_VERSIONS.includes(Number(stateVersion))
        ? { wallet: decodeWallet(String(state)), openedAt: String(openedAt), updatedAt: String(updatedAt) }
        : undefined,
  },
  apply: (state, event, { recordedAt }) => ({
    state: {
      wallet: evolve(state?.wallet ?? initialState, event),
      openedAt: state?.openedAt ?? recordedAt,
      updatedAt: recordedAt,
    },
  }),
  holdings: ({ wallet }) => Object.values(wallet.balances).map(({ posted }) => posted),
  heapBytes: ({ wallet }) => partsHeapBytes(wallet),
};
