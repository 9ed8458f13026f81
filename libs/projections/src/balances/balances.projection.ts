import {
  decodeWallet,
  encodeWallet,
  evolve,
  initialState,
  nextDue,
  partsHeapBytes,
  READABLE_STATE_VERSIONS,
  STATE_VERSION,
  type Wallet,
} from '@tidemark/wallet';
import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Projection } from '../projection.js';
import { instant, int2, walletColumns } from '../table-columns.js';

/** The present state of a wallet. Times are ISO 8601, UTC. */
export interface BalanceState {
  readonly wallet: Wallet;
  readonly openedAt: string;
  readonly updatedAt: string;
}

export const walletBalances = pgTable(
  'wallet_balances',
  {
    ...walletColumns(),
    stateVersion: int2('state_version').notNull(),
    state: text('state').notNull(),
    openedAt: instant('opened_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** When the next hold or pending movement expires. The worker's expiry timer looks for it. */
    nextDue: instant('next_due'),
  },
  (table) => [primaryKey({ columns: [table.generation, table.region, table.walletId] })],
);

/** Balances: the wallet folded, one row each. What `GET /v1/wallets` lists and every fresh read starts from. */
export const balances: Projection<BalanceState> = {
  name: 'balances',
  version: 2,
  state: {
    table: walletBalances,
    encode: ({ wallet, openedAt, updatedAt }) => [
      ...[STATE_VERSION, encodeWallet(wallet), openedAt, updatedAt],
      nextDue(wallet) ?? null,
    ],
    decode: ([stateVersion, state, openedAt, updatedAt]) =>
      READABLE_STATE_VERSIONS.includes(Number(stateVersion))
        ? { wallet: decodeWallet(String(state)), openedAt: String(openedAt), updatedAt: String(updatedAt) }
        : undefined,
  },
  apply: (state, event, { recordedAt }) => ({
    state: {
      wallet: evolve(state?.wallet ?? initialState, event, recordedAt),
      openedAt: state?.openedAt ?? recordedAt,
      updatedAt: recordedAt,
    },
  }),
  holdings: ({ wallet }) => Object.values(wallet.balances).map(({ posted }) => posted),
  heapBytes: ({ wallet }) => partsHeapBytes(wallet),
};
