import type { Money } from '@tidemark/money';
import type { MovementDetails } from './events.js';

/** A condition on the wallet that the command's idempotency key belongs to (`If-Match`). */
interface Conditional {
  readonly expectedVersion?: number;
}

export interface OpenWallet {
  readonly type: 'OpenWallet';
  readonly walletId: string;
  readonly homeRegion: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ChangeOverdraftLimit extends Conditional {
  readonly type: 'ChangeOverdraftLimit';
  readonly walletId: string;
  readonly limit: Money;
}

export interface Deposit extends Conditional {
  readonly type: 'Deposit';
  readonly walletId: string;
  readonly movementId: string;
  readonly amount: Money;
  readonly details: MovementDetails;
}

export interface Withdraw extends Conditional {
  readonly type: 'Withdraw';
  readonly walletId: string;
  readonly movementId: string;
  readonly amount: Money;
  /** For history that is imported: book the movement even where it overdraws. */
  readonly overdraft?: 'unlimited';
  readonly details: MovementDetails;
}

/** Moves a wallet, with its future, to another region. */
export interface Rehome extends Conditional {
  readonly type: 'Rehome';
  readonly walletId: string;
  readonly homeRegion: string;
}

export interface TransferLeg {
  readonly from: string;
  readonly to: string;
  readonly amount: Money;
}

/** All legs or none; each is decided on what the one before it left. */
export interface Transfer extends Conditional {
  readonly type: 'Transfer';
  readonly transferId: string;
  readonly legs: readonly [TransferLeg, ...TransferLeg[]];
  readonly details: MovementDetails;
}

export type WalletCommand = OpenWallet | ChangeOverdraftLimit | Deposit | Withdraw | Transfer | Rehome;

/** The wallet that an idempotency key is scoped to: the wallet in the path, or a transfer's (first) source. */
export function scopeOf(command: WalletCommand): string {
  return command.type === 'Transfer' ? command.legs[0].from : command.walletId;
}

/** Every wallet that the command may append to, each once, the scope first. */
export function walletsOf(command: WalletCommand): readonly string[] {
  if (command.type !== 'Transfer') return [command.walletId];
  return [...new Set(command.legs.flatMap(({ from, to }) => [from, to]))];
}
