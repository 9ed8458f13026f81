import { domainEvent, shardOf, type RecordedEvent } from '@tidemark/event-store';
import { balanceOf, evolve, initialState, unreachable, type Wallet, type WalletEvent } from '@tidemark/wallet';
import type { Money } from '@tidemark/money';
import type { Projection } from '../projection.js';
import { loadBalances, saveBalances } from './balances.tables.js';

/** One wallet as it stands. */
export interface BalanceRow {
  readonly walletId: string;
  readonly region: string;
  readonly shard: number;
  readonly version: number;
  readonly position: string;
  readonly wallet: Wallet;
  readonly openedAt: string;
  readonly updatedAt: string;
}

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
}

/** Balances and statements: the wallet folded, and a line for each event that moved money. */
export const balances: Projection<BalanceRow, Movement> = {
  name: 'balances',
  version: 1,
  apply(row, recorded) {
    const event = domainEvent(recorded);
    const next = fold(row, recorded, event);
    const movement = movementOf(event, recorded, next.wallet);
    return movement ? { row: next, entry: movement } : { row: next };
  },
  load: loadBalances,
  save: saveBalances,
};

function fold(row: BalanceRow | undefined, recorded: RecordedEvent, event: WalletEvent): BalanceRow {
  const { walletId, region, version, position, recordedAt } = recorded;
  return {
    walletId,
    region,
    shard: shardOf(walletId),
    version,
    position,
    wallet: evolve(row?.wallet ?? initialState, event),
    openedAt: row?.openedAt ?? recordedAt,
    updatedAt: recordedAt,
  };
}

function movementOf(event: WalletEvent, recorded: RecordedEvent, after: Wallet): Movement | undefined {
  switch (event.type) {
    case 'WalletOpened':
    case 'OverdraftLimitChanged':
    case 'WalletRehomed':
      return undefined;
    case 'FundsDeposited':
      return line(event, event.movementId, event.amount, null);
    case 'FundsWithdrawn':
      return line(event, event.movementId, event.amount.negated(), null);
    case 'TransferSent':
      return line(event, event.transferId, event.amount.negated(), event.to);
    case 'TransferReceived':
      return line(event, event.transferId, event.amount, event.from);
    default:
      return unreachable(event);
  }

  function line(
    { type, details }: Extract<WalletEvent, { details: object }>,
    movementId: string,
    amount: Money,
    counterparty: string | null,
  ): Movement {
    const { walletId, region, version, position, recordedAt } = recorded;
    const { reference = null, description = null, effectiveAt = null } = details;
    return {
      ...{ walletId, region, version, position, type, movementId, counterparty, reference, description, effectiveAt },
      amount: amount.toString(),
      currency: amount.currency.code,
      balanceAfter: balanceOf(after, amount.currency).posted.toString(),
      recordedAt,
    };
  }
}
