import type { Currencies } from '@tidemark/application';
import { Money, MoneyError, type MoneyErrorCode } from '@tidemark/money';
import type { MovementDetails } from '@tidemark/wallet';
import { inputProblem } from '../problems/input-problem.js';
import type { Place } from '../problems/problem.js';

/**
 * The amount that a body names.
 *
 * @param at what the fields of the body are called
 * @throws Problem of the code of a MoneyError
 */
export async function moneyOf(
  currencies: Currencies,
  amount: string,
  currency: string,
  at: { readonly amount?: string; readonly within?: string } = {},
): Promise<Money> {
  try {
    return Money.of(amount, currencies.find(currency) ?? (await currencies.get(currency)));
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    const field = OF_CURRENCY.has(error.code) ? 'currency' : (at.amount ?? 'amount');
    throw inputProblem('body', [{ path: `${at.within ?? ''}${field}`, message: error.message }], error.code);
  }
}

const OF_CURRENCY: ReadonlySet<MoneyErrorCode> = new Set(['unknown_currency', 'malformed_currency']);

/** What a body says about a movement, without the fields that it leaves out. */
export function detailsOf(body: { readonly [K in keyof MovementDetails]?: string | undefined }): MovementDetails {
  const { reference, description, effectiveAt } = body;
  return {
    ...(reference !== undefined && { reference }),
    ...(description !== undefined && { description }),
    ...(effectiveAt !== undefined && { effectiveAt }),
  };
}

/**
 * @param field the one that names the region
 * @throws Problem `unknown_region`
 */
export function requireRegion(
  named: string,
  regions: readonly string[],
  [place, path]: readonly [Place, string] = ['body', 'homeRegion'],
): void {
  if (regions.includes(named)) return;
  const message = `is none of the regions of this installation: ${regions.join(', ')}`;
  throw inputProblem(place, [{ path, message }], 'unknown_region');
}
