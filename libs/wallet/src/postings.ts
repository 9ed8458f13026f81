import type { Money } from '@tidemark/money';
import type { WalletEvent } from './events.js';
import { unreachable } from './unreachable.js';

/**
 * The chart of accounts, complete:
 *
 * | account       | class       | what it is                                                                           |
 * | ------------- | ----------- | ------------------------------------------------------------------------------------ |
 * | `world`       | `world`     | everything outside: where deposits come from and withdrawals go (Formance's word)     |
 * | `transfers`   | `transfers` | sent and not yet received: zero whenever both sides of each transfer have been read   |
 * | `wallet:<id>` | `wallets`   | what a wallet holds: the posted balances, currency by currency                        |
 *
 * A positive posting credits its account, a negative one debits it; an account's balance is its credits less its debits.
 * Wallets are what the operator owes to customers, so `world` stands below zero by as much as they hold.
 */
export type Account = CounterAccount | `wallet:${string}`;

/** The accounts that are no wallet's. */
export const COUNTER_ACCOUNTS = ['world', 'transfers'] as const;
export type CounterAccount = (typeof COUNTER_ACCOUNTS)[number];

/** A line of the chart of accounts; what trial balances add up by. */
export type AccountClass = CounterAccount | 'wallets';

/** What an event adds to an account: negative where it takes away. */
export interface Posting {
  readonly account: Account;
  readonly amount: Money;
}

/**
 * Double entry: what an event of a wallet moves between accounts. Its postings sum to zero in each currency. The first
 * is on an account that is no wallet's, so that what came from `world`, say, can be listed by the first postings alone.
 *
 * @returns none for an event that moves no money
 */
export function postingsOf(walletId: string, event: WalletEvent): readonly Posting[] {
  switch (event.type) {
    case 'WalletOpened':
    case 'OverdraftLimitChanged':
    case 'WalletRehomed':
      return [];
    case 'FundsDeposited':
      return moved('world', walletId, event.amount);
    case 'FundsWithdrawn':
      return moved('world', walletId, event.amount.negated());
    case 'TransferSent':
      return moved('transfers', walletId, event.amount.negated());
    case 'TransferReceived':
      return moved('transfers', walletId, event.amount);
    default:
      return unreachable(event);
  }
}

export function accountOf(walletId: string): Account {
  return `wallet:${walletId}`;
}

/** The wallet whose account it is; undefined for an account that is no wallet's. */
export function walletOfAccount(account: Account): string | undefined {
  return account.startsWith('wallet:') ? account.slice('wallet:'.length) : undefined;
}

export function accountClassOf(account: Account): AccountClass {
  return account === 'world' || account === 'transfers' ? account : 'wallets';
}

/** @param amount what the wallet gets, and the other side gives */
function moved(from: CounterAccount, walletId: string, amount: Money): readonly Posting[] {
  return [
    { account: from, amount: amount.negated() },
    { account: accountOf(walletId), amount },
  ];
}
