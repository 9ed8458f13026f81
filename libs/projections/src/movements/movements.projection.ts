import type { ProjectedEvent } from '@tidemark/event-store';
import {
  balanceOf,
  decodeWallet,
  encodeWallet,
  evolve,
  initialState,
  partsHeapBytes,
  READABLE_STATE_VERSIONS,
  STATE_VERSION,
  statementLineOf,
  type Wallet,
  type WalletEvent,
} from '@tidemark/wallet';
import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Projection, Values } from '../projection.js';
import { eventColumns, instant, int2, walletColumns } from '../table-columns.js';

/** One line of a wallet's statement. Amounts are canonical; `amount` is signed, what it added to the wallet. */
export interface Movement {
  readonly walletId: string;
  readonly region: string;
  readonly version: number;
  readonly position: string;
  readonly type: WalletEvent['type'];
  readonly movementId: string;
  readonly amount: string;
  readonly currency: string;
  readonly balanceAfter: string;
  readonly counterparty: string | null;
  readonly reference: string | null;
  readonly description: string | null;
  readonly effectiveAt: string | null;
  readonly recordedAt: string;
  /** The account of the outside, where it has a name: as the journal has it. */
  readonly account: string | null;
}

/** What a statement goes on from. */
export const statementWallets = pgTable(
  'statement_wallets',
  { ...walletColumns(), stateVersion: int2('state_version').notNull(), state: text('state').notNull() },
  (table) => [primaryKey({ columns: [table.generation, table.region, table.walletId] })],
);

export const walletMovements = pgTable(
  'wallet_movements',
  {
    ...eventColumns(),
    type: text('type').notNull(),
    movementId: text('movement_id').notNull(),
    amount: text('amount').notNull(),
    currency: text('currency').notNull(),
    balanceAfter: text('balance_after').notNull(),
    counterparty: text('counterparty'),
    reference: text('reference'),
    description: text('description'),
    effectiveAt: instant('effective_at'),
    recordedAt: instant('recorded_at').notNull(),
    account: text('account'),
  },
  (table) => [primaryKey({ columns: [table.generation, table.region, table.walletId, table.version] })],
);

/** Statements: a line for each event that moved money, with the balance after it. */
export const movements: Projection<Wallet> = {
  name: 'movements',
  version: 2,
  state: {
    table: statementWallets,
    encode: (wallet) => [STATE_VERSION, encodeWallet(wallet)],
    decode: ([stateVersion, state]) =>
      READABLE_STATE_VERSIONS.includes(Number(stateVersion)) ? decodeWallet(String(state)) : undefined,
  },
  lines: walletMovements,
  apply(wallet, event, recorded) {
    const after = evolve(wallet ?? initialState, event, recorded.recordedAt);
    const line = lineOf(event, recorded, after);
    return { state: after, ...(line && { lines: [line] }) };
  },
  holdings: ({ balances }) => Object.values(balances).map(({ posted }) => posted),
  heapBytes: partsHeapBytes,
};

/** A statement's line as `apply` makes it from an event. */
export function movementOf({ walletId, region, version, position }: ProjectedEvent, values: Values): Movement {
  const [
    type,
    movementId,
    amount,
    currency,
    balanceAfter,
    counterparty,
    reference,
    description,
    effectiveAt,
    recordedAt,
    account,
  ] = values;
  return {
    ...{ walletId, region, version, position, type, movementId, amount, currency, balanceAfter },
    ...{ counterparty, reference, description, effectiveAt, recordedAt, account },
  } as Movement;
}

function lineOf(event: WalletEvent, { recordedAt }: ProjectedEvent, after: Wallet): Values | undefined {
  const line = statementLineOf(event);
  if (!line) return undefined;
  const { movementId, amount, counterparty = null, account = null, details } = line;
  const { reference = null, description = null, effectiveAt = null } = details;
  const balanceAfter = balanceOf(after, amount.currency).posted.toString();
  return [
    ...[event.type, movementId, amount.toString(), amount.currency.code, balanceAfter],
    ...[counterparty, reference, description, effectiveAt, recordedAt, account],
  ];
}
