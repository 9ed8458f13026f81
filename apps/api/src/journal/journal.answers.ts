import { z } from 'zod';
import { instant, money, nextCursor, position, standing, version } from '../schemas/answers.js';

const currency = z.string().meta({ example: 'EUR' });
const region = z.string().meta({ description: 'Where it was recorded.', example: 'local' });
const type = z.string().meta({ description: 'Of the event.', example: 'FundsDeposited' });

const line = z.object({
  account: z.string().meta({ description: '`world`, `transfers` or `wallet:<walletId>`.', example: 'wallet:alice' }),
  amount: money('Positive: a credit. Negative: a debit.'),
  currency,
});

const entry = z.object({
  walletId: z.string().meta({ example: 'alice' }),
  region,
  version,
  position,
  type,
  movementId: z.string().meta({ description: 'Of the deposit or withdrawal, or of the transfer.' }),
  effectiveAt: instant("The business's own date.").nullable(),
  recordedAt: instant('When it was written.'),
  lines: z.array(line).readonly().meta({ description: 'They sum to zero in each currency.' }),
});

export const journalAnswer = z.object({ entries: z.array(entry).readonly(), nextCursor, ...standing });

const accountTotal = z.object({
  account: z.enum(['world', 'transfers', 'wallets']).meta({ description: 'All wallets together are `wallets`.' }),
  debit: money('What went out.'),
  credit: money('What came in.'),
  balance: money('Credit less debit.'),
});

export const trialBalanceAnswer = z.object({
  currencies: z
    .array(
      z.object({
        currency,
        accounts: z.array(accountTotal).readonly(),
        inBalance: z
          .boolean()
          .meta({ description: 'Whether as much was debited as credited. Always, or something is wrong.' }),
      }),
    )
    .readonly(),
  ...standing,
});

const dailyTotal = z.object({
  day: z.string().meta({ description: 'Of recording, UTC.', format: 'date', example: '2026-01-31' }),
  region,
  currency,
  type,
  amount: money('All amounts together.', '1200.50'),
  count: z.number().int().meta({ description: 'How many events.', example: 17 }),
});

export const dailyTotalsAnswer = z.object({ totals: z.array(dailyTotal).readonly(), nextCursor, ...standing });

export type JournalAnswer = z.infer<typeof journalAnswer>;
export type TrialBalanceAnswer = z.infer<typeof trialBalanceAnswer>;
export type DailyTotalsAnswer = z.infer<typeof dailyTotalsAnswer>;
