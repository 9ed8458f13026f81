import { z } from 'zod';
import {
  amountText as amount,
  currencyCode,
  metadataPairs as metadata,
  walletIdText as walletId,
  classText,
} from '@tidemark/wallet';

export const position = z.string().meta({
  id: 'Position',
  description: 'Where in the log it was written: an opaque string that orders. Pass it to a list as `minPosition`.',
  example: '0000000000000000042',
});
export const version = z.number().int().min(0).meta({ description: 'How many events the wallet has.', example: 2 });
export const instant = (description: string) =>
  z.string().meta({ description, format: 'date-time', example: '2026-01-31T11:00:00.000Z' });
const status = z.enum(['absent', 'open', 'frozen', 'closed', 'archived']).meta({ id: 'WalletStatus', example: 'open' });
const homeRegion = z.string().meta({ description: 'Where its next event is written.', example: 'local' });
/** An amount as it is answered: with exactly as many digits behind the point as its currency has. */
export const answeredAmount = (description: string) => amount.meta({ description });
const currency = currencyCode.meta({ description: 'Of the amount.' });

export const money = z
  .object({ amount: answeredAmount('Exact.'), currency })
  .meta({ id: 'Money', description: 'An exact amount of one currency.' });

export const balance = z
  .object({
    currency: currencyCode,
    posted: answeredAmount('What has been booked.'),
    held: answeredAmount('What is set aside by holds.'),
    pendingIn: answeredAmount('On its way in, and not to be spent yet.'),
    pendingOut: answeredAmount('On its way out, and not to be spent any more.'),
    available: answeredAmount('What may be spent, the overdraft limit aside.'),
    overdraftLimit: answeredAmount('How far below zero it may go; absent where it may not.').optional(),
  })
  .meta({ id: 'Balance' });

const view = z
  .object({
    walletId,
    status,
    homeRegion,
    version,
    balances: z.array(balance).readonly(),
  })
  .meta({ id: 'WalletState' });

const readAsOf = instant('With `consistency=eventual`: the moment that the answer is about.').optional();

export const walletAnswer = z.object({
  walletId,
  status,
  homeRegion,
  version,
  position,
  balances: z.array(balance).readonly(),
});

export const walletRead = walletAnswer
  .extend({
    class: classText.optional(),
    metadata,
    readAsOf,
  })
  .meta({ id: 'Wallet' });

export const touched = {
  wallets: z.array(view).readonly().meta({ description: 'Every wallet that the command touched, as it left them.' }),
};

export const walletCommandAnswer = walletAnswer.extend(touched).meta({ id: 'WalletAnswer' });
export const walletsCommandAnswer = z.object({ position, ...touched }).meta({ id: 'WalletsAnswer' });

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
  .meta({
    id: 'Standing',
    description: 'How far the list has followed the log, as of `readAsOf` where that is given.',
  });

/** What every answer from a projection says of where it stands. */
export const standing = { asOf, readAsOf };

export const walletsAnswer = z
  .object({ wallets: z.array(walletRead), nextCursor, ...standing })
  .meta({ id: 'WalletPage' });

const event = z
  .object({
    version,
    position,
    recordedAt: instant('When it was written.'),
    type: z.string().meta({ example: 'FundsDeposited' }),
    schemaVersion: z.number().int().meta({ example: 1 }),
    data: z.record(z.string(), z.unknown()).meta({ example: { movementId: 'mv_…', amount: '10.00', currency: 'EUR' } }),
    metadata: z.record(z.string(), z.unknown()).meta({ example: { caller: 'anonymous', requestId: 'r-1' } }),
    hash: z.string().meta({ description: 'sha256 over the hash before it and this event, in hexadecimal.' }),
  })
  .meta({ id: 'WalletEvent' });

export const eventsAnswer = z.object({ walletId, events: z.array(event), nextCursor }).meta({ id: 'WalletEventPage' });

export const movement = z
  .object({
    version,
    position,
    type: z.string().meta({ example: 'FundsDeposited' }),
    movementId: z.string().meta({ description: 'Of the deposit or withdrawal, or of the transfer.' }),
    amount: answeredAmount('Signed: what it added to the wallet.'),
    currency: currencyCode,
    balanceAfter: answeredAmount('What was booked in this currency afterwards, in the order of `by`.'),
    counterparty: z.string().nullable().meta({ description: 'The other wallet of a transfer.' }),
    reference: z.string().nullable(),
    description: z.string().nullable(),
    effectiveAt: instant("The business's own date.").nullable(),
    recordedAt: instant('When it was written.'),
    account: z
      .string()
      .nullable()
      .meta({ description: 'The account of the outside, where it has a name.', example: 'world:bank-a' }),
  })
  .meta({ id: 'StatementLine' });

const rangeBalance = z
  .object({
    currency: currencyCode,
    opening: answeredAmount('What was booked before the first line of the range.'),
    closing: answeredAmount('What was booked after its last line: the opening of the range that follows.'),
  })
  .meta({ id: 'RangeBalance' });

export const statementAnswer = z
  .object({
    walletId,
    movements: z.array(movement),
    balances: z
      .array(rangeBalance)
      .readonly()
      .meta({ description: 'Of the whole range, on each page, whatever the lines are filtered by.' }),
    nextCursor,
    ...standing,
  })
  .meta({ id: 'Statement' });

export type WalletRead = z.infer<typeof walletRead>;
export type EventsAnswer = z.infer<typeof eventsAnswer>;
export type MovementLine = z.infer<typeof movement>;
export type StatementAnswer = z.infer<typeof statementAnswer>;
