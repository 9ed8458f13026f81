import type { RejectionCode, WalletStatus } from '@tidemark/wallet';
import type { Position } from './position.js';

/** A balance as the wire shows it: canonical decimal strings. */
export interface BalanceView {
  readonly currency: string;
  readonly posted: string;
  readonly held: string;
  readonly available: string;
  /** Left out where it is zero, like those below. */
  readonly pendingIn?: string;
  readonly pendingOut?: string;
  readonly overdraftLimit?: string;
}

export interface WalletView {
  readonly walletId: string;
  readonly status: WalletStatus;
  readonly homeRegion: string;
  readonly version: number;
  readonly balances: readonly BalanceView[];
}

export interface AcceptedResult {
  readonly kind: 'accepted';
  readonly position: Position;
  /** Every wallet that the command touched, as it left them. */
  readonly wallets: readonly WalletView[];
  /** What the command tells besides (`CommandTells`). JSON. */
  readonly told?: Readonly<Record<string, unknown>>;
}

export interface RejectedResult {
  readonly kind: 'rejected';
  readonly code: RejectionCode;
  /** JSON: amounts are `{amount, currency}`. */
  readonly details: Readonly<Record<string, unknown>>;
}

export type CommandResult = AcceptedResult | RejectedResult;

/** The answer to a caller. `replayed`: the key was used before, and this repeats the first answer. */
export interface CommandOutcome {
  readonly result: CommandResult;
  readonly replayed: boolean;
  /** Set where the key was used before keys belonged to callers: ids that follow from the key do so without the caller. */
  readonly ofNoCaller?: true;
}

/** The same key came with another request. HTTP 422. */
export class IdempotencyKeyReused extends Error {
  override readonly name = 'IdempotencyKeyReused';

  constructor(idempotencyKey: string) {
    super(
      `the idempotency key ${idempotencyKey} was used for another request: its body or If-Match was different; ` +
        'send a new request under a new key',
    );
  }
}

/** The queue is full. Nothing was written; try again. HTTP 503. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

/** The database could not be reached in time. Nothing was written; try again. HTTP 503. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}

/** The connection broke, so it is unknown whether the command was written. A repeat with the same key shows it. HTTP 503. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}
