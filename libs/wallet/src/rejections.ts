import type { Money } from '@tidemark/money';

/** Every reason to say no, with what it tells the caller. The codes are part of the public surface. */
export interface RejectionDetails {
  wallet_not_found: { walletId: string };
  wallet_already_open: { walletId: string };
  version_mismatch: { walletId: string; expected: number; actual: number };
  amount_not_positive: { amount: Money };
  limit_negative: { limit: Money };
  same_region: { walletId: string; homeRegion: string };
  same_wallet: { walletId: string };
  too_many_currencies: { walletId: string; currenciesMax: number };
  insufficient_funds: { walletId: string; requested: Money; available: Money; overdraftLimit: Money };
}

export type RejectionCode = keyof RejectionDetails;

export type Rejection = {
  [C in RejectionCode]: { readonly code: C; readonly details: RejectionDetails[C] };
}[RejectionCode];
