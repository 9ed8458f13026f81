import type { Money } from '@tidemark/money';
import { type Currency } from '@tidemark/money';
import type { BookedLine } from '../declaring/command.js';
import { defineFact } from '../declaring/fact.js';
import { decimal } from '../fields/fields.js';

/** How much of a part of a movement has been reversed, in all. */
export const reversed = defineFact('reversed', { amount: decimal });

/**
 * One reversal is about one part of a movement: what one wallet got or gave, from or to one other wallet, in one currency. All
 * movements but transfers of several legs have one part.
 */
export interface MovementPart {
  readonly movementId: string;
  readonly counterparty?: string | undefined;
  readonly currency: Pick<Currency, 'code'>;
}

/** The key of the fact. Both wallets of a part keep the same amount, each under the id of the other, so that a reversal may be sent to either. */
export function partKey({ movementId, counterparty = '', currency }: MovementPart): string {
  return `${movementId} ${counterparty} ${currency.code}`;
}

/** What the wallet got by a part of a movement; negative for what it gave. Lines of one part only, at least one. */
export function amountOf(part: readonly BookedLine[]): Money {
  return part.map(({ amount }) => amount).reduce((sum, amount) => sum.plus(amount));
}
