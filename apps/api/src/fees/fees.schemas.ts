import { amountText, currencyCode, FEE_ROUNDING, feeScheduleName, walletIdText } from '@tidemark/wallet';
import { z } from 'zod';
import { instant } from '../schemas/answers.js';

/** Tiers of a schedule: it is read with every movement that names it. */
export const TIERS_MAX = 20;

const PERCENT = /^(?:0|[1-9]\d?)(?:\.\d{1,18})?$|^100(?:\.0{1,18})?$/;
const percent = z
  .string({ error: 'must be a string, such as "1.5"' })
  .regex(PERCENT, 'must be a percentage from 0 to 100 with at most 18 fraction digits, such as "1.5"')
  .meta({ description: 'Of the amount, rounded half-even to the currency’s digits.', example: '1.5' });
const amount = (description: string) => amountText.optional().meta({ description });
const price = {
  fixed: amount('Charged whatever the amount is, together with `percent` where both are given.'),
  percent: percent.optional(),
};
const tier = z
  .strictObject({ from: amountText.meta({ description: 'The smallest amount that it is for.' }), ...price })
  .meta({ id: 'FeeTier' });

const said = {
  name: feeScheduleName,
  feeWallet: walletIdText.meta({ description: 'The wallet that gets the fee.' }),
  mode: z.enum(['on_top', 'inside']).meta({
    description:
      '`on_top`: who pays, pays the amount and the fee. `inside`: who pays, pays the amount, and the fee is taken out of it.',
  }),
  currency: currencyCode.meta({ description: 'The only currency that it charges in.' }),
  ...price,
  tiers: z.array(tier).min(1).max(TIERS_MAX).optional().meta({
    description:
      'In place of `fixed` and `percent`. The last tier that begins at or below the amount prices all of it.',
  }),
  minimum: amount('The least that is charged.'),
  maximum: amount('The most that is charged.'),
};

export const defineFeeBody = z
  .strictObject(said)
  .refine(({ fixed, percent: share, tiers }) => fixed ?? share ?? tiers, 'must have `fixed`, `percent` or `tiers`')
  .refine(({ fixed, percent: share, tiers }) => !tiers || (fixed ?? share) === undefined, {
    path: ['tiers'],
    message: 'must be left out where `fixed` or `percent` is given',
  })
  .meta({ id: 'DefineFee' });

export const feeAnswer = z
  .object({
    ...said,
    version: z.number().int().min(1).meta({ description: 'Counts up within the name. Movements name it.' }),
    rounding: z.literal(FEE_ROUNDING).meta({ description: 'How a percentage is rounded.' }),
    definedAt: instant('Since when it counts.'),
  })
  .meta({ id: 'FeeSchedule' });

export const feesAnswer = z.object({ fees: z.array(feeAnswer).readonly() }).meta({ id: 'FeeScheduleList' });
export const feeVersionsAnswer = z.object({ versions: z.array(feeAnswer).readonly() }).meta({ id: 'FeeVersions' });

export type DefineFeeBody = z.infer<typeof defineFeeBody>;
export type FeeAnswer = z.infer<typeof feeAnswer>;
export type FeesAnswer = z.infer<typeof feesAnswer>;
export type FeeVersionsAnswer = z.infer<typeof feeVersionsAnswer>;
