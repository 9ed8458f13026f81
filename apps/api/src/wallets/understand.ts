import type { Currencies } from '@tidemark/application';
import { Money } from '@tidemark/money';
import type { MovementDetails } from '@tidemark/wallet';

/**
 * The amount that a body names.
 *
 * @throws MoneyError
 */
export async function moneyOf(currencies: Currencies, amount: string, currency: string): Promise<Money> {
  return Money.of(amount, currencies.find(currency) ?? (await currencies.get(currency)));
}

/** What a body says about a movement, without the fields that it leaves out. */
export function detailsOf(body: { readonly [K in keyof MovementDetails]?: string | undefined }): MovementDetails {
  const { reference, description, effectiveAt } = body;
  return {
    ...(reference !== undefined && { reference }),
    ...(description !== undefined && { description }),
    ...(effectiveAt !== undefined && { effectiveAt }),
  };
}
