import type { Money } from '@tidemark/money';

/**
 * The chart of accounts, complete:
 *
 * | account        | class       | what it is                                                                            |
 * | -------------- | ----------- | ------------------------------------------------------------------------------------- |
 * | `world`        | `world`     | everything outside: where deposits come from and withdrawals go (Formance's word)      |
 * | `world:<name>` | `world`     | a part of it that has a name, such as a bank: a `source` or `destination` of a command |
 * | `transfers`    | `transfers` | sent and not yet received: zero whenever both sides of each transfer have been read    |
 * | `wallet:<id>`  | `wallets`   | what a wallet holds: the posted balances, currency by currency                         |
 *
 * A positive posting credits its account, a negative one debits it; an account's balance is its credits less its debits.
 * Wallets are what the operator owes to customers, so `world` with its parts stands below zero by as much as they hold.
 */
export type Account = CounterAccount | `wallet:${string}`;

/** The accounts that are no wallet's and have no name. */
export const COUNTER_ACCOUNTS = ['world', 'transfers'] as const;
export type CounterAccount = (typeof COUNTER_ACCOUNTS)[number] | OutsideAccount;

/** An account of the outside. */
export type OutsideAccount = 'world' | `world:${string}`;

/** A line of the chart of accounts. */
export type AccountClass = (typeof COUNTER_ACCOUNTS)[number] | 'wallets';

/** What an event adds to an account: negative where it takes away. */
export interface Posting {
  readonly account: Account;
  readonly amount: Money;
}

export function accountOf(walletId: string): Account {
  return `wallet:${walletId}`;
}

/** The account of the outside with this name; `world` where there is none. */
export function outsideAccountOf(name: string | undefined): OutsideAccount {
  return name === undefined ? 'world' : `world:${name}`;
}

/** The name of an account of the outside; undefined where it has none. */
export function nameOfOutside(account: OutsideAccount | undefined): string | undefined {
  return account?.startsWith('world:') ? account.slice('world:'.length) : undefined;
}

/** The wallet whose account it is; undefined for an account that is no wallet's. */
export function walletOfAccount(account: Account): string | undefined {
  return account.startsWith('wallet:') ? account.slice('wallet:'.length) : undefined;
}

export function accountClassOf(account: Account): AccountClass {
  if (account === 'transfers') return account;
  return account === 'world' || account.startsWith('world:') ? 'world' : 'wallets';
}

/** The line of a trial balance that an account belongs to: `wallets` for all wallets together, otherwise itself. */
export function trialBalanceLineOf(account: Account): CounterAccount | 'wallets' {
  return accountClassOf(account) === 'wallets' ? 'wallets' : (account as CounterAccount);
}

/**
 * Double entry of what a wallet gets: two postings that sum to zero, the first on the account that is no wallet's.
 *
 * @param amount what the wallet gets; negative for what it gives
 */
export function moved(from: CounterAccount, walletId: string, amount: Money): readonly Posting[] {
  return [
    { account: from, amount: amount.negated() },
    { account: accountOf(walletId), amount },
  ];
}
