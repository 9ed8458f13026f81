import { z } from 'zod';
import { answeredAmount, instant, money, nextCursor, position, standing, version } from '../schemas/answers.js';
import { currencyCode, walletIdText as walletId } from '@tidemark/wallet';

const region = z.string().meta({ description: 'Where it was recorded.', example: 'local' });
const type = z.string().meta({ description: 'Of the event.', example: 'FundsDeposited' });

const line = money
  .extend({
    account: z
      .string()
      .meta({ description: '`world`, `world:<name>`, `transfers` or `wallet:<walletId>`.', example: 'wallet:alice' }),
    amount: answeredAmount('Positive: a credit. Negative: a debit.'),
  })
  .meta({ id: 'Posting' });

const entry = z
  .object({
    walletId,
    region,
    version,
    position,
    type,
    movementId: z.string().meta({ description: 'Of the deposit or withdrawal, or of the transfer.' }),
    effectiveAt: instant("The business's own date.").nullable(),
    recordedAt: instant('When it was written.'),
    lines: z.array(line).readonly().meta({ description: 'They sum to zero in each currency.' }),
  })
  .meta({ id: 'JournalEntry' });

export const journalAnswer = z
  .object({ entries: z.array(entry).readonly(), nextCursor, ...standing })
  .meta({ id: 'JournalPage' });

const accountTotal = z
  .object({
    account: z.string().meta({
      description: '`world`, `world:<name>`, `transfers`, or `wallets` for all wallets together.',
      example: 'world:bank-a',
    }),
    debit: answeredAmount('What went out.'),
    credit: answeredAmount('What came in.'),
    balance: answeredAmount('Credit less debit.'),
  })
  .meta({ id: 'AccountTotal' });

export const trialBalanceAnswer = z
  .object({
    currencies: z
      .array(
        z.object({
          currency: currencyCode,
          accounts: z.array(accountTotal).readonly(),
          inBalance: z
            .boolean()
            .meta({ description: 'Whether as much was debited as credited. Always, or something is wrong.' }),
        }),
      )
      .readonly(),
    ...standing,
  })
  .meta({ id: 'TrialBalance' });

const dailyTotal = z
  .object({
    day: z.string().meta({ description: 'Of recording, UTC.', format: 'date', example: '2026-01-31' }),
    region,
    currency: currencyCode,
    type,
    amount: answeredAmount('All amounts together.'),
    count: z.number().int().meta({ description: 'How many events.', example: 17 }),
  })
  .meta({ id: 'DailyTotal' });

export const dailyTotalsAnswer = z
  .object({ totals: z.array(dailyTotal).readonly(), nextCursor, ...standing })
  .meta({ id: 'DailyTotalPage' });

export type JournalAnswer = z.infer<typeof journalAnswer>;
export type TrialBalanceAnswer = z.infer<typeof trialBalanceAnswer>;
export type DailyTotalsAnswer = z.infer<typeof dailyTotalsAnswer>;
