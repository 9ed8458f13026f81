import { Money, MoneyError, type Currency } from '@tidemark/money';
import type { StoredFeeSchedule } from '@tidemark/wallet';
import { inputProblem } from '../problems/input-problem.js';
import type { ProblemCode } from '../problems/problem-types.js';
import type { DefineFeeBody } from './fees.schemas.js';

/**
 * A definition as it is stored: with amounts in all the digits of their currency.
 *
 * @throws Problem for amounts that cannot be read, are negative, or are in the wrong order
 */
export function storedFeeOf({ name: _, ...body }: DefineFeeBody, currency: Currency): StoredFeeSchedule {
  const read = (path: string, text: string | undefined) => {
    if (text === undefined) return undefined;
    const amount = amountAt(path, text, currency);
    if (amount.isNegative()) throw wrong(path, 'must not be negative');
    return amount;
  };
  const priced = (
    prefix: string,
    { fixed, percent }: { fixed?: string | undefined; percent?: string | undefined },
  ) => ({
    ...textUnder('fixed', read(`${prefix}fixed`, fixed)),
    ...(percent !== undefined && { percent }),
  });
  const { feeWallet, mode } = body;
  const [minimum, maximum] = [read('minimum', body.minimum), read('maximum', body.maximum)];
  if (minimum && maximum?.lessThan(minimum)) throw wrong('maximum', 'must not be below the minimum');
  let before: Money | undefined;
  const tiers = body.tiers?.map((tier, i) => {
    const from = read(`tiers.${i}.from`, tier.from)!;
    if (before && !before.lessThan(from)) throw wrong(`tiers.${i}.from`, 'must be above that of the tier before');
    before = from;
    return { from: from.toString(), ...priced(`tiers.${i}.`, tier) };
  });
  return {
    ...{ feeWallet, mode, currency: currency.code },
    ...priced('', body),
    ...(tiers && { tiers }),
    ...textUnder('minimum', minimum),
    ...textUnder('maximum', maximum),
  };
}

function textUnder<K extends string>(key: K, amount: Money | undefined): { readonly [P in K]?: string } {
  return (amount ? { [key]: amount.toString() } : {}) as { readonly [P in K]?: string };
}

function amountAt(path: string, text: string, currency: Currency): Money {
  try {
    return Money.of(text, currency);
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    throw wrong(path, error.message, error.code as ProblemCode);
  }
}

function wrong(path: string, message: string, code?: ProblemCode) {
  return inputProblem('body', [{ path, message }], code);
}
