import { walletIdText as walletId } from '@tidemark/wallet';
import { z } from 'zod';
import { instant, position, touched } from '../schemas/answers.js';

export const outcomeAnswer = z
  .object({
    walletId,
    idempotencyKey: z.string(),
    outcome: z.enum(['accepted', 'rejected']).meta({ example: 'accepted' }),
    position: position.optional(),
    wallets: touched.wallets.optional(),
    events: z
      .array(
        z.object({
          version: z.number().int().meta({ example: 2 }),
          recordedAt: instant('When it was written.'),
          type: z.string().meta({ example: 'FundsDeposited' }),
          data: z.record(z.string(), z.unknown()).meta({ description: 'With the ids that the command made.' }),
        }),
      )
      .readonly()
      .optional()
      .meta({ description: 'Of an accepted command: the events that it wrote on this wallet.' }),
    code: z.string().optional().meta({ description: 'Of a rejection.', example: 'insufficient_funds' }),
    details: z.record(z.string(), z.unknown()).optional().meta({ description: 'Of a rejection.' }),
  })
  .meta({ id: 'Outcome' });

export type OutcomeAnswer = z.infer<typeof outcomeAnswer>;
