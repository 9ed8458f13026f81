import { countNumber, currencyCode, limitNameText, walletIdText as walletId, type LimitView } from '@tidemark/wallet';
import { z } from 'zod';
import { answeredAmount, instant } from '../schemas/answers.js';

export const limitsAnswer = z
  .object({
    walletId,
    limits: z.array(
      z
        .object({
          name: limitNameText,
          per: z.enum(['movement', 'balance', 'day', 'week', 'month']).meta({ example: 'day' }),
          direction: z.enum(['in', 'out']).nullable().meta({ description: 'Null: both.', example: 'out' }),
          kind: z.string().nullable().meta({ description: 'Null: every kind.', example: 'withdrawal' }),
          rolling: z.boolean(),
          zone: z.string().nullable().meta({ description: 'Null: UTC.', example: 'Europe/Prague' }),
          currency: currencyCode.nullable(),
          amount: answeredAmount('What is allowed.').nullable(),
          count: countNumber.nullable(),
          used: answeredAmount('What is used of the amount now.').nullable(),
          usedCount: z.number().int().meta({ description: 'How many movements are counted now.', example: 2 }),
          freesAt: instant('When less is used again; null where nothing is.').nullable(),
        })
        .meta({ id: 'Limit' }),
    ),
  })
  .meta({ id: 'Limits' });

export type LimitsAnswer = z.infer<typeof limitsAnswer>;

export function limitOf({ used, amount, ...limit }: LimitView): LimitsAnswer['limits'][number] {
  const {
    name,
    per,
    direction = null,
    kind = null,
    rolling = false,
    zone = null,
    count = null,
    freesAt = null,
  } = limit;
  return {
    ...{ name, per, direction: direction, kind, rolling, zone },
    currency: amount?.currency.code ?? null,
    amount: amount?.toString() ?? null,
    count,
    used: used.amount?.toString() ?? null,
    usedCount: used.count,
    freesAt,
  };
}
