import { walletIdText as walletId } from '@tidemark/wallet';
import { z } from 'zod';
import { reference } from '../history/history.queries.js';
import { freshness, page, waitsOrNot, WAITS_OR_NOT } from '../schemas/queries.js';

export const movementQuery = z.strictObject({
  walletId: walletId.optional().meta({
    description:
      'A wallet of it. Then everything that is committed is searched. Without it, what the projection has seen, which as a rule ' +
      'is some hundred milliseconds behind.',
  }),
});

export type MovementQuery = z.infer<typeof movementQuery>;

export const movementsQuery = z.strictObject({ ...page, ...freshness, reference }).refine(waitsOrNot, WAITS_OR_NOT);

export type MovementsQuery = z.infer<typeof movementsQuery>;
