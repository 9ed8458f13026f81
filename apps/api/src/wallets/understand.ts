import type { Currencies } from '@tidemark/application';
import { Money } from '@tidemark/money';
import type { MovementDetails } from '@tidemark/wallet';
import { Problem } from '../problems/problem.js';

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

/** @throws Problem `unknown_region` */
export function requireRegion(homeRegion: string, regions: readonly string[]): void {
  if (regions.includes(homeRegion)) return;
  throw new Problem('unknown_region', `the regions of this installation are ${regions.join(', ')}`);
}
