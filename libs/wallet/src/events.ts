import type { Money } from '@tidemark/money';

/** What a caller may say about a movement: free text for people, and the business's own date (RFC 3339, UTC). */
export interface MovementDetails {
  readonly reference?: string;
  readonly description?: string;
  readonly effectiveAt?: string;
}

export interface WalletOpened {
  readonly type: 'WalletOpened';
  readonly homeRegion: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OverdraftLimitChanged {
  readonly type: 'OverdraftLimitChanged';
  readonly limit: Money;
}

export interface FundsDeposited {
  readonly type: 'FundsDeposited';
  readonly movementId: string;
  readonly amount: Money;
  readonly details: MovementDetails;
}

export interface FundsWithdrawn {
  readonly type: 'FundsWithdrawn';
  readonly movementId: string;
  readonly amount: Money;
  /** Set on imported history only: the movement happened, whatever the limit says. */
  readonly overdraft?: 'unlimited';
  readonly details: MovementDetails;
}

export interface TransferSent {
  readonly type: 'TransferSent';
  readonly transferId: string;
  readonly to: string;
  readonly amount: Money;
  readonly details: MovementDetails;
}

export interface TransferReceived {
  readonly type: 'TransferReceived';
  readonly transferId: string;
  readonly from: string;
  readonly amount: Money;
  readonly details: MovementDetails;
}

/** Written in the region that the wallet leaves, so that whoever still appends there collides with it. */
export interface WalletRehomed {
  readonly type: 'WalletRehomed';
  /** Where the wallet's next event is written. */
  readonly homeRegion: string;
}

/** Past tense, never renamed: the log keeps these names for ever. */
export type WalletEvent =
  | WalletOpened
  | OverdraftLimitChanged
  | WalletRehomed
  | FundsDeposited
  | FundsWithdrawn
  | TransferSent
  | TransferReceived;

export type WalletEventType = WalletEvent['type'];
