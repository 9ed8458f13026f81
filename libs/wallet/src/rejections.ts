import type { Money } from '@tidemark/money';
import type { CodeOf } from './declaring/decision.js';
import { defineRejection } from './declaring/rejection.js';

// Rejections that several capabilities share. A rejection of one capability is in its folder.

export const walletNotFound = defineRejection('wallet_not_found', {
  kind: 'not_found',
  title: 'No such wallet',
  meaning: 'The wallet that the request names was never opened, or not yet at the time in `at`.',
  remedy: 'Check the id, or open the wallet first. `detail` says whether the same key may be used again.',
})<{ walletId: string }>();

export const versionMismatch = defineRejection('version_mismatch', {
  kind: 'condition',
  title: 'The wallet is at another version',
  meaning:
    'The wallet changed since the version in `If-Match` or `expectedVersion`. `details` has both versions. Nothing was booked.',
  remedy: 'Read the wallet, decide again, and send the command with the new version under a new key.',
})<{ walletId: string; expected: number; actual: number }>();

export const availableTooLow = defineRejection('available_too_low', {
  kind: 'condition',
  title: 'The wallet has less available than the request asks for',
  meaning: 'The wallet has less available than `availableAtLeast`. `details` has both amounts. Nothing was booked.',
  remedy: 'Read the wallet, decide again, and send the command under a new key.',
})<{ walletId: string; atLeast: Money; available: Money }>();

export const amountNotPositive = defineRejection('amount_not_positive', {
  kind: 'refused',
  title: 'The amount is not positive',
  meaning: 'The amount is zero or negative.',
  remedy: 'Send an amount above zero under a new key. To move money the other way, use the opposite command.',
})<{ amount: Money }>();

export const insufficientFunds = defineRejection('insufficient_funds', {
  kind: 'refused',
  title: 'Not enough money',
  meaning:
    'The wallet has less available than the command takes, its overdraft limit included. `details` has the amounts.',
  remedy: 'Deposit first, or take less. A repeat under the same key stays rejected: use a new key.',
})<{ walletId: string; requested: Money; available: Money; overdraftLimit: Money }>();

export const tooManyCurrencies = defineRejection('too_many_currencies', {
  kind: 'refused',
  title: 'The wallet holds too many currencies',
  meaning: 'The command would give the wallet one more currency than a wallet may hold. `details` has the limit.',
  remedy: 'Use another wallet for this currency.',
})<{ walletId: string; currenciesMax: number }>();

export const walletClosed = defineRejection('wallet_closed', {
  kind: 'refused',
  title: 'The wallet is closed',
  meaning: 'The wallet was closed. A wallet that was merged into another names it as `successor` in `details`.',
  remedy: 'Use another wallet. Where the details name a successor, that wallet took over.',
})<{ walletId: string; successor?: string }>();

export const limitExceeded = defineRejection('limit_exceeded', {
  kind: 'refused',
  title: 'The movement is above a limit of the wallet',
  meaning:
    'A limit of the wallet is lower than the movement and what it counts already. `details` has the name of the limit, what it allows, what ' +
    'is left of it, and as `freesAt` the first time at which the movement would be within it.',
  remedy: 'Move less, or wait until `freesAt`. Without `freesAt` only another limit helps.',
})<{
  walletId: string;
  limit: string;
  per: string;
  requested: Money;
  amount?: Money;
  left?: Money;
  count?: number;
  countLeft?: number;
  freesAt?: string;
}>();

export const expiryPassed = defineRejection('expiry_passed', {
  kind: 'refused',
  title: 'The expiry has passed already',
  meaning: 'The time at which it is to expire is not in the future. `details` has both times.',
  remedy: 'Name a time in the future.',
})<{ expiresAt: string; now: string }>();

/** Which way money is stopped. */
export type FrozenDirection = 'debits' | 'credits';

export const walletFrozen = defineRejection('wallet_frozen', {
  kind: 'refused',
  title: 'The wallet is frozen',
  meaning: 'An operator froze the wallet in the direction in which money was to move. `details` has the directions.',
  remedy: 'Wait until the wallet is unfrozen, then send the request with a new idempotency key.',
})<{ walletId: string; frozen: readonly FrozenDirection[] }>();

/** Rejections that any command may get, before its own rules are checked. */
export const OF_EVERY_COMMAND = [walletNotFound, versionMismatch, availableTooLow, walletClosed] as const;

export const sameWallet = defineRejection('same_wallet', {
  kind: 'refused',
  title: 'Both sides are the same wallet',
  meaning: 'A transfer, one leg of it, or a fee has the same wallet as source and destination.',
  remedy: 'Send two different wallets under a new key.',
})<{ walletId: string }>();

/** What `refuse` can reject money with that goes into a wallet, in this order. `wallet_closed` comes first. */
export const MONEY_IN_REJECTIONS = [walletFrozen, limitExceeded, tooManyCurrencies] as const;

/** What `refuse` can reject money with that goes out of a wallet, in this order. `wallet_closed` comes first. */
export const MONEY_OUT_REJECTIONS = [walletFrozen, limitExceeded, insufficientFunds] as const;

/** @typeParam W the directions */
export type MoneyRejectionCode<W extends 'in' | 'out' = 'in' | 'out'> =
  | (typeof walletClosed)['code']
  | { in: CodeOf<typeof MONEY_IN_REJECTIONS>; out: CodeOf<typeof MONEY_OUT_REJECTIONS> }[W];
