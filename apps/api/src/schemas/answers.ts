import { z } from 'zod';

export const position = z.string().meta({
  description: 'Where in the log it was written: an opaque string that orders. Pass it to a list as `minPosition`.',
  example: '0000000000000000042',
});
export const version = z.number().int().meta({ description: 'How many events the wallet has.', example: 2 });
export const instant = (description: string) =>
  z.string().meta({ description, format: 'date-time', example: '2026-01-31T11:00:00.000Z' });
const status = z.enum(['absent', 'open']).meta({ example: 'open' });
const homeRegion = z.string().meta({ description: 'Where its next event is written.', example: 'local' });
export const money = (description: string, example = '10.00') => z.string().meta({ description, example });

export const balance = z.object({
  currency: z.string().meta({ example: 'EUR' }),
  posted: money('What has been booked.'),
  held: money('What is set aside by holds.', '0.00'),
  available: money('What may be spent, the overdraft limit aside.'),
  overdraftLimit: money('How far below zero it may go; absent where it may not.', '100.00').optional(),
});

const view = z.object({
  walletId: z.string().meta({ example: 'alice' }),
  status,
  homeRegion,
  version,
  balances: z.array(balance).readonly(),
});

const readAsOf = instant('With `consistency=eventual`: the moment that the answer is about.').optional();

export const walletAnswer = z.object({
  walletId: z.string().meta({ example: 'alice' }),
  status,
  homeRegion,
  version,
  position,
  balances: z.array(balance).readonly(),
});

export const walletRead = walletAnswer.extend({
  metadata: z.record(z.string(), z.string()).meta({ example: { customer: 'c-17' } }),
  readAsOf,
});

const touched = {
  wallets: z.array(view).readonly().meta({ description: 'Every wallet that the command touched, as it left them.' }),
};

export const walletCommandAnswer = walletAnswer.extend(touched);
export const movementAnswer = walletCommandAnswer.extend({
  movementId: z.string().meta({ example: 'mv_5w2b0c7d9e1f3g5h7j9k1m3n5p' }),
});
export const transferAnswer = z.object({
  transferId: z.string().meta({ example: 'tr_5w2b0c7d9e1f3g5h7j9k1m3n5p' }),
  position,
  ...touched,
});

export const nextCursor = z.string().optional().meta({ description: 'For the next page; absent on the last.' });
const asOf = z
  .object({
    position,
    behind: z.object({
      commits: z.number().int().meta({ description: 'Commits that the list has not seen yet.', example: 0 }),
      more: z.boolean().meta({ description: 'Whether there are more than were counted.', example: false }),
      seconds: z.number().meta({ description: 'The age of the oldest of them.', example: 0 }),
    }),
  })
  .meta({ description: 'How far the list has followed the log, as of `readAsOf` where that is given.' });

/** What every answer from a projection says of where it stands. */
export const standing = { asOf, readAsOf };

export const walletsAnswer = z.object({ wallets: z.array(walletRead), nextCursor, ...standing });

const event = z.object({
  version,
  position,
  recordedAt: instant('When it was written.'),
  type: z.string().meta({ example: 'FundsDeposited' }),
  schemaVersion: z.number().int().meta({ example: 1 }),
  data: z.record(z.string(), z.unknown()).meta({ example: { movementId: 'mv_…', amount: '10.00', currency: 'EUR' } }),
  metadata: z.record(z.string(), z.unknown()).meta({ example: { caller: 'anonymous', requestId: 'r-1' } }),
  hash: z.string().meta({ description: 'sha256 over the hash before it and this event, in hexadecimal.' }),
});

export const eventsAnswer = z.object({ walletId: z.string(), events: z.array(event), nextCursor });

const movement = z.object({
  version,
  position,
  type: z.string().meta({ example: 'FundsDeposited' }),
  movementId: z.string().meta({ description: 'Of the deposit or withdrawal, or of the transfer.' }),
  amount: money('Signed: what it added to the wallet.'),
  currency: z.string().meta({ example: 'EUR' }),
  balanceAfter: money('What was booked in this currency afterwards.'),
  counterparty: z.string().nullable().meta({ description: 'The other wallet of a transfer.' }),
  reference: z.string().nullable(),
  description: z.string().nullable(),
  effectiveAt: instant("The business's own date.").nullable(),
  recordedAt: instant('When it was written.'),
});

export const statementAnswer = z.object({
  walletId: z.string(),
  movements: z.array(movement),
  nextCursor,
  ...standing,
});

export type BalanceAnswer = z.infer<typeof balance>;
export type WalletAnswer = z.infer<typeof walletAnswer>;
export type WalletRead = z.infer<typeof walletRead>;
export type WalletCommandAnswer = z.infer<typeof walletCommandAnswer>;
export type MovementAnswer = z.infer<typeof movementAnswer>;
export type TransferAnswer = z.infer<typeof transferAnswer>;
export type WalletsAnswer = z.infer<typeof walletsAnswer>;
export type EventsAnswer = z.infer<typeof eventsAnswer>;
export type MovementLine = z.infer<typeof movement>;
export type StatementAnswer = z.infer<typeof statementAnswer>;
