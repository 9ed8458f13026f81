import type { Money } from '@tidemark/money';
import { defineRejection } from './declaring/rejection.js';

// The reasons to say no that several capabilities share. A reason of one capability stands in its folder.

export const walletNotFound = defineRejection('wallet_not_found', {
  kind: 'not_found',
  title: 'No such wallet',
  advice:
    'Open the wallet first, or correct its id. Where it is the wallet in the path or the first source, nothing is stored under ' +
    'the key, so the same request may be sent again. Where it is a destination, use a new idempotency key: this answer stays.',
})<{ walletId: string }>();

export const versionMismatch = defineRejection('version_mismatch', {
  kind: 'condition',
  title: 'The wallet is at another version',
  advice: 'Read the wallet again and decide anew. Send the new request with a new idempotency key.',
})<{ walletId: string; expected: number; actual: number }>();

export const amountNotPositive = defineRejection('amount_not_positive', {
  kind: 'refused',
  title: 'The amount is not positive',
  advice: 'Send an amount above zero, with a new idempotency key.',
})<{ amount: Money }>();

export const insufficientFunds = defineRejection('insufficient_funds', {
  kind: 'refused',
  title: 'Not enough money',
  advice: 'Send a smaller amount, or deposit first. Use a new idempotency key: this answer stays.',
})<{ walletId: string; requested: Money; available: Money; overdraftLimit: Money }>();

export const tooManyCurrencies = defineRejection('too_many_currencies', {
  kind: 'refused',
  title: 'The wallet holds too many currencies',
  advice: 'Use another wallet for further currencies.',
})<{ walletId: string; currenciesMax: number }>();
