import { Money, Ratio } from '@tidemark/money';

/** What is charged: a fixed amount, a percentage of the movement's amount, or both together. */
export interface FeePrice {
  readonly fixed?: Money;
  /** Of the amount, as in `1.5` for 1.5 %. */
  readonly percent?: string;
}

/** The price of amounts from `from` on. */
export interface FeeTier extends FeePrice {
  readonly from: Money;
}

/** One version of a fee schedule. A version never changes; a new definition of the name is the next version. */
export interface FeeSchedule extends FeePrice {
  readonly name: string;
  /** 1, 2, 3 … within the name. */
  readonly version: number;
  /** The wallet that gets the fee. */
  readonly feeWallet: string;
  /** `on_top`: who pays, pays the amount and the fee. `inside`: who pays, pays the amount, and the fee is taken out of it. */
  readonly mode: 'on_top' | 'inside';
  /** The code of the only currency that it charges in. */
  readonly currency: string;
  /** In place of `fixed` and `percent`, in the order of `from`. The last tier that begins at or below the amount prices all of it. */
  readonly tiers?: readonly FeeTier[];
  readonly minimum?: Money;
  readonly maximum?: Money;
}

/** What `feeFor` rounds by: to the scale of the currency, of two amounts that are as near to the even one. */
export const FEE_ROUNDING = 'half_even';

/** The fee of an amount in the schedule's currency; zero where the amount is below the first tier. */
export function feeFor(schedule: FeeSchedule, amount: Money): Money {
  const { tiers, minimum, maximum } = schedule;
  const price = tiers ? tiers.findLast(({ from }) => !amount.lessThan(from)) : schedule;
  let fee = price?.fixed ?? Money.zero(amount.currency);
  if (price?.percent !== undefined) {
    const share = Ratio.of(price.percent).times(Ratio.of(1n, 100n));
    fee = fee.plus(amount.converted(share).amount);
  }
  if (minimum && fee.lessThan(minimum)) return minimum;
  return maximum && fee.greaterThan(maximum) ? maximum : fee;
}

/** A definition as it is stored: JSON, amounts as canonical texts. */
export interface StoredFeeSchedule {
  readonly feeWallet: string;
  readonly mode: FeeSchedule['mode'];
  readonly currency: string;
  readonly fixed?: string;
  readonly percent?: string;
  readonly tiers?: readonly { readonly from: string; readonly fixed?: string; readonly percent?: string }[];
  readonly minimum?: string;
  readonly maximum?: string;
}

/** Reads a stored definition. */
export function feeScheduleOf(name: string, version: number, stored: StoredFeeSchedule): FeeSchedule {
  const { feeWallet, mode, currency, tiers } = stored;
  const money = (text: string) => Money.fromCanonical(text, currency);
  const priced = (price: { readonly fixed?: string; readonly percent?: string }): FeePrice => ({
    ...(price.fixed !== undefined && { fixed: money(price.fixed) }),
    ...(price.percent !== undefined && { percent: price.percent }),
  });
  return {
    ...{ name, version, feeWallet, mode, currency },
    ...priced(stored),
    ...(tiers && { tiers: tiers.map(({ from, ...price }) => ({ from: money(from), ...priced(price) })) }),
    ...(stored.minimum !== undefined && { minimum: money(stored.minimum) }),
    ...(stored.maximum !== undefined && { maximum: money(stored.maximum) }),
  };
}
