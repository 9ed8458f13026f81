import { CURRENCY_CODE_PATTERN } from '@tidemark/money';
import {
  COUNTER_ACCOUNTS,
  dayText,
  instantText,
  nameOfOutside,
  outsideAccountName,
  regionName,
  walletIdText as walletId,
  walletOfAccount,
  type Account,
  type CounterAccount,
  type OutsideAccount,
} from '@tidemark/wallet';
import { z } from 'zod';
import { freshness, isSpan, NO_SPAN, page, waitsOrNot, WAITS_OR_NOT } from '../schemas/queries.js';

const instant = (description: string) => instantText.meta({ description, example: '2026-01-31T12:00:00+01:00' });
const day = (description: string) => dayText.meta({ description, example: '2026-01-31' });

const currency = z
  .string()
  .regex(new RegExp(CURRENCY_CODE_PATTERN), 'must be a currency code, such as EUR')
  .meta({ description: 'Only this currency.', example: 'EUR' });

/** What an account asks of the journal: the entries of its wallet, or those with a line on it. */
type Subject = { readonly walletId?: string; readonly counterAccount?: CounterAccount };

const account = z
  .string()
  .meta({
    description: '`world`, `world:<name>`, `transfers` or `wallet:<walletId>`: entries with a line on it.',
    example: 'world',
  })
  .transform((value, context): Subject => {
    const counterAccount = COUNTER_ACCOUNTS.find((each) => each === value);
    if (counterAccount) return { counterAccount };
    if (outsideAccountName.safeParse(nameOfOutside(value as OutsideAccount)).success) {
      return { counterAccount: value as OutsideAccount };
    }
    const wallet = walletId.safeParse(walletOfAccount(value as Account));
    if (wallet.success) return { walletId: wallet.data };
    context.addIssue({
      code: 'custom',
      message: 'must be world, world:<name>, transfers or wallet:<walletId>',
      input: value,
    });
    return z.NEVER;
  });

export const journalQuery = z
  .strictObject({
    ...page,
    ...freshness,
    walletId: walletId.optional().meta({ description: 'Only entries of this wallet.' }),
    account: account.optional(),
    currency: currency.optional(),
    from: instant('Recorded at or after.').optional(),
    to: instant('Recorded before.').optional(),
    format: z.enum(['json', 'csv']).optional().meta({ description: 'In place of `Accept`.' }),
  })
  .refine(isSpan, NO_SPAN)
  .refine(waitsOrNot, WAITS_OR_NOT)
  .refine(({ walletId: asked, account: { walletId: named = asked } = {} }) => asked === undefined || named === asked, {
    path: ['account'],
    message: 'must not name another wallet than "walletId"',
  });

export const trialBalanceQuery = z.strictObject(freshness).refine(waitsOrNot, WAITS_OR_NOT);

export const dailyTotalsQuery = z
  .strictObject({
    ...page,
    ...freshness,
    from: day('The first day, in UTC.').optional(),
    to: day('The last day, in UTC; it belongs to the span.').optional(),
    currency: currency.optional(),
    region: regionName.optional().meta({ description: 'Only what was recorded in this region.', example: 'local' }),
  })
  .refine(isSpan, NO_SPAN)
  .refine(waitsOrNot, WAITS_OR_NOT);

export type JournalQuery = z.infer<typeof journalQuery>;
export type TrialBalanceQuery = z.infer<typeof trialBalanceQuery>;
export type DailyTotalsQuery = z.infer<typeof dailyTotalsQuery>;
