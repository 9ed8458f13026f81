import type { Money } from '@tidemark/money';
import type { OutsideAccount } from '../accounts.js';

/** What a caller may say about a movement: free text for people, and the business's own date (RFC 3339, UTC). */
export interface MovementDetails {
  readonly reference?: string;
  readonly description?: string;
  readonly effectiveAt?: string;
}

/** A line on a wallet's statement. */
export interface StatementLine {
  /** The id of the movement or transfer. */
  readonly movementId: string;
  /** What the event added to the wallet; negative where it took away. */
  readonly amount: Money;
  /** The other wallet of a transfer. */
  readonly counterparty?: string;
  /** The account of the outside, where it has a name: as the journal has it. */
  readonly account?: OutsideAccount;
  readonly details: MovementDetails;
}
