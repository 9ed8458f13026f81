import { Money, type Currency } from '@tidemark/money';
import { partNamed, refusingParts } from './declared.js';
import { reject, type Rejected } from './declaring/decision.js';
import type { ProposedMovement } from './declaring/part.js';
import { closedDetails } from './life/life-part.js';
import { insufficientFunds, walletClosed, type MoneyRejectionCode } from './rejections.js';
import { refuseWithoutRoom } from './room.js';
import { balanceOf, type Wallet } from './wallet.js';

/** All of one currency in a wallet, at a time. This is the one definition of these words. */
export interface Funds {
  /** What has been booked. */
  readonly posted: Money;
  /** Set aside by holds. */
  readonly held: Money;
  /** On its way in, and not to be spent yet. */
  readonly pendingIn: Money;
  /** On its way out, and not to be spent any more. */
  readonly pendingOut: Money;
  /** posted − held − pendingOut: what may be spent, the overdraft limit aside. */
  readonly available: Money;
  /** How far below zero `available` may go. */
  readonly overdraftLimit: Money;
}

/** @param now ISO 8601, UTC: what is past its time binds nothing any more, whether or not its event is written */
export function fundsOf(wallet: Wallet, currency: Currency, now: string): Funds {
  const { posted, overdraftLimit } = balanceOf(wallet, currency);
  const zero = Money.zero(currency);
  // Most wallets set nothing aside, and this runs for each balance of every answer.
  if (!wallet.parts) {
    return { posted, held: zero, pendingIn: zero, pendingOut: zero, available: posted, overdraftLimit };
  }
  let [held, pendingIn, pendingOut] = [zero, zero, zero];
  for (const name in wallet.parts) {
    const part = partNamed(name);
    const reserved = part.reserved?.(wallet.parts[name], currency.code, now);
    if (reserved?.held) held = held.plus(reserved.held);
    if (reserved?.pendingIn) pendingIn = pendingIn.plus(reserved.pendingIn);
    if (reserved?.pendingOut) pendingOut = pendingOut.plus(reserved.pendingOut);
  }
  return { posted, held, pendingIn, pendingOut, available: posted.minus(held).minus(pendingOut), overdraftLimit };
}

/**
 * Of which currencies there is something to tell: those that the wallet ever held, and those that something is announced or
 * set aside in. In the order of their codes.
 */
export function currenciesIn(wallet: Wallet, now: string): readonly Currency[] {
  const ever = Object.values(wallet.balances).map(({ posted }) => posted.currency);
  if (!wallet.parts) return ever.sort(byCode);
  const found = new Map(ever.map((currency) => [currency.code, currency]));
  for (const name in wallet.parts) {
    for (const currency of partNamed(name).currencies?.(wallet.parts[name]) ?? []) {
      if (found.has(currency.code)) continue;
      const { held, pendingIn, pendingOut } = fundsOf(wallet, currency, now);
      if ([held, pendingIn, pendingOut].some((amount) => !amount.isZero())) found.set(currency.code, currency);
    }
  }
  return [...found.values()].sort(byCode);
}

function byCode(a: Currency, b: Currency): number {
  return a.code < b.code ? -1 : 1;
}

/** What the parts of a wallet take of memory, about. */
export function partsHeapBytes({ parts }: Wallet): number {
  if (!parts) return 0;
  return Object.entries(parts).reduce((sum, [name, state]) => sum + (partNamed(name).heapBytes?.(state) ?? 0), 0);
}

/**
 * Every movement of money is checked here: a rejection where a wallet cannot take an amount in or give it out.
 *
 * In this order: `wallet_closed`, what the parts refuse (`wallet_frozen`, limits), `too_many_currencies` on the way in,
 * `insufficient_funds` on the way out.
 */
export function refuseMovement(movement: ProposedMovement): Rejected<MoneyRejectionCode> | undefined {
  const { wallet, direction, amount, walletId } = movement;
  if (wallet.status === 'closed') return reject(walletClosed, closedDetails(walletId, wallet));
  if (wallet.parts) {
    for (const { name, refuse } of refusingParts()) {
      const refused = name in wallet.parts && refuse!(wallet.parts[name], movement);
      if (refused) return refused;
    }
  }
  return direction === 'in' ? refuseWithoutRoom(amount.currency, walletId, wallet) : refuseWithoutFunds(movement);
}

function refuseWithoutFunds({
  wallet,
  walletId,
  amount: requested,
  now,
}: ProposedMovement): Rejected<'insufficient_funds'> | undefined {
  const { available, overdraftLimit } = fundsOf(wallet, requested.currency, now);
  if (!available.plus(overdraftLimit).lessThan(requested)) return undefined;
  return reject(insufficientFunds, { walletId, requested, available, overdraftLimit });
}

/** The names of the parts that have something open at a time, such as `holds`. */
export function openParts({ parts = {} }: Wallet, now: string): readonly string[] {
  return Object.keys(parts).filter((name) => partNamed(name).busy?.(parts[name], now));
}
