import type { RejectionCode } from '@tidemark/wallet';
import type { ProblemType } from './problem-type.js';

/** Why a wallet said no. 422 where the request is well-formed and the rules of money forbid it. */
export const REJECTION_TYPES = {
  wallet_not_found: {
    ...{ status: 404, title: 'No such wallet' },
    meaning: 'The wallet that the request names was never opened, or not yet at the time in `at`.',
    remedy: 'Check the id, or open the wallet first. `detail` says whether the same key may be used again.',
  },
  wallet_already_open: {
    ...{ status: 409, title: 'The wallet is open already' },
    meaning: 'Another request opened a wallet with this id.',
    remedy: 'Use that wallet, or choose another id under a new key.',
  },
  version_mismatch: {
    ...{ status: 412, title: 'The wallet is at another version' },
    meaning: 'The wallet changed since the version in `If-Match`. `details` has both versions. Nothing was booked.',
    remedy: 'Read the wallet, decide again, and send the command with the new version under a new key.',
  },
  amount_not_positive: {
    ...{ status: 422, title: 'The amount is not positive' },
    meaning: 'The amount is zero or negative.',
    remedy: 'Send an amount above zero under a new key. To move money the other way, use the opposite command.',
  },
  limit_negative: {
    ...{ status: 422, title: 'The limit is negative' },
    meaning: 'An overdraft limit is how far below zero a balance may go, and has no sign.',
    remedy: 'Send zero or more under a new key.',
  },
  same_region: {
    ...{ status: 422, title: 'The wallet lives in that region already' },
    meaning: 'The wallet is to move to the region where it is.',
    remedy: 'Nothing is left to do.',
  },
  same_wallet: {
    ...{ status: 422, title: 'Both sides are the same wallet' },
    meaning: 'A transfer, or one leg of it, has the same wallet as source and destination.',
    remedy: 'Send two different wallets under a new key.',
  },
  too_many_currencies: {
    ...{ status: 422, title: 'The wallet holds too many currencies' },
    meaning: 'The command would give the wallet one more currency than a wallet may hold. `details` has the limit.',
    remedy: 'Use another wallet for this currency.',
  },
  insufficient_funds: {
    ...{ status: 422, title: 'Not enough money' },
    meaning:
      'The wallet has less available than the command takes, its overdraft limit included. `details` has the amounts.',
    remedy: 'Deposit first, or take less. A repeat under the same key stays rejected: use a new key.',
  },
} as const satisfies Record<RejectionCode, ProblemType>;
