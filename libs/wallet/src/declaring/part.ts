import type { Currency, Money } from '@tidemark/money';
import type { MoneyRejectionCode } from '../rejections.js';
import type { Wallet } from '../wallet.js';
import type { Rejected } from './decision.js';

/** What a part of the state keeps of one currency. Undefined is zero. */
export interface Reserved {
  /** Set aside: not available, and not booked yet. */
  readonly held?: Money | undefined;
  /** On its way in: not available yet. */
  readonly pendingIn?: Money | undefined;
  /** On its way out: not available any more. */
  readonly pendingOut?: Money | undefined;
}

/** Money that a decision is about to let into a wallet or out of it. */
export interface ProposedMovement {
  readonly walletId: string;
  readonly wallet: Wallet;
  readonly direction: 'in' | 'out';
  readonly amount: Money;
  /** What limits tell apart: `deposit`, `withdrawal`, `transfer`, `hold`. */
  readonly kind: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly now: string;
}

/** What an event takes of a wallet's limits. */
export interface Use {
  readonly direction: 'in' | 'out';
  readonly amount: Money;
  /** As in {@link ProposedMovement}. */
  readonly kind: string;
}

export interface PartRules<S> {
  /** The part of a wallet that never used it. It is not stored. */
  readonly initial: S;
  /** How long the JSON of `encode` may get, in characters. The bounds behind it have names in the part's folder. */
  readonly charactersMax: number;
  /** JSON, for snapshots and projected rows. */
  encode(state: S): unknown;
  decode(json: never): S;
  /** What the state takes of memory, about. Left out for a part of a few fields. */
  heapBytes?(state: S): number;
  /**
   * A rejection of money in or out. Asked for every movement of a wallet that uses the part. Every command that moves money may get it,
   * so it stands in `MONEY_IN_REJECTIONS` and in `MONEY_OUT_REJECTIONS`.
   */
  refuse?(
    state: S,
    movement: ProposedMovement,
  ): Rejected<MoneyRejectionCode<'in'> & MoneyRejectionCode<'out'>> | undefined;
  /** The part after a movement, for what counts movements, such as limits. Applied to every event that `uses` something. */
  observe?(state: S, movement: Use, at: string): S;
  /** Whether something is open that a wallet must not be closed with. */
  busy?(state: S, now: string): boolean;
}

/** What a part says of the money that it sets aside. */
interface Reserving<S> {
  /** What the part keeps of a currency at a time. */
  reserved(state: S, code: string, now: string): Reserved | undefined;
  /** The currencies that `reserved` may have something of. Without them a reader does not see those that the wallet never held. */
  currencies(state: S): readonly Currency[];
}

/** A part of a wallet's state that belongs to one capability, such as its open holds. */
export interface Part<S = unknown> extends PartRules<S>, Partial<Reserving<S>> {
  readonly name: string;
  of(wallet: Wallet): S;
  /** The wallet with another state of the part. Counts no version. */
  put(wallet: Wallet, state: S): Wallet;
}

/**
 * Declares a part of the state. It must be small and bounded, and the bound must have a name: a wallet's state is loaded,
 * cached and written as a whole.
 *
 * @param name in the stored state, never renamed
 */
export function definePart<S>(
  name: string,
  rules: PartRules<S> & (Reserving<S> | { reserved?: never; currencies?: never }),
): Part<S> {
  return {
    ...rules,
    name,
    of: ({ parts }) => (parts?.[name] as S | undefined) ?? rules.initial,
    put: (wallet, state) => {
      const { [name]: _, ...others } = wallet.parts ?? {};
      const parts = state === rules.initial ? others : { ...others, [name]: state };
      if (Object.keys(parts).length > 0) return { ...wallet, parts };
      const { parts: __, ...plain } = wallet;
      return plain;
    },
  };
}
