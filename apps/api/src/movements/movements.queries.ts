import { walletIdText as walletId } from '@tidemark/wallet';
import { z } from 'zod';

export const movementQuery = z.strictObject({
  walletId: walletId.optional().meta({
    description:
      'A wallet of it. Then everything that is committed is searched. Without it, what the projection has seen, which as a rule ' +
      'is some hundred milliseconds behind.',
  }),
});

export type MovementQuery = z.infer<typeof movementQuery>;
