import type { Wallets } from './declaring/command.js';
import type { FactAddress } from './declaring/fact.js';

/** What a decision is made on. */
export interface DecisionContext {
  /** One that was never opened is `initialState`. */
  readonly walletOf: Wallets;
  /** The recorded time that the events will carry: ISO 8601, UTC, milliseconds. */
  readonly now: string;
  /** What is stored at an address that the command named (`factsOf`); undefined where nothing is. */
  readonly storedAt?: (address: FactAddress) => string | undefined;
}
