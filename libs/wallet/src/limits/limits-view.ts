import type { Money } from '@tidemark/money';
import type { Wallet } from '../wallet.js';
import { limits, usedOf, type LimitRule } from './limits-part.js';

/** A limit as it is at a time. */
export interface LimitView extends LimitRule {
  readonly name: string;
  /** Of the amount, and how many movements. */
  readonly used: { readonly amount?: Money; readonly count: number };
  /** The first time at which less is used; undefined where time frees nothing. */
  readonly freesAt?: string;
}

/** The limits of a wallet in the order in which they were first set. @param now ISO 8601, UTC */
export function limitsOf(wallet: Wallet, now: string): readonly LimitView[] {
  return Array.from(limits.of(wallet), ([name, limit]) => {
    const { used, ...rule } = limit;
    const freesAt = used.find(({ until }) => until > now)?.until;
    return { name, ...rule, used: usedOf(limit, wallet, now), ...(freesAt !== undefined && { freesAt }) };
  });
}
