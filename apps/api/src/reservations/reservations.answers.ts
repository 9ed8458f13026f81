import type { RecordedEvent } from '@tidemark/event-store';
import { currencyCode, walletIdText as walletId, type HoldView, type PendingView } from '@tidemark/wallet';
import { z } from 'zod';
import { saidOf } from '../movements/movements.answers.js';
import { answeredAmount, instant, nextCursor } from '../schemas/answers.js';

const expiresAt = instant('From this time on it reserves nothing; null where it does not expire.').nullable();

const events = z
  .array(
    z.object({
      version: z.number().int().meta({ description: 'Of the event, in the wallet.', example: 4 }),
      recordedAt: instant('When it was written.'),
      type: z.string().meta({ example: 'FundsHeld' }),
      data: z.record(z.string(), z.unknown()).meta({ description: 'As `GET /v1/wallets/{walletId}/events` has it.' }),
    }),
  )
  .readonly()
  .meta({ description: 'What happened to it, the oldest first: of the newest 20,000 events of the wallet.' });

const openHold = {
  holdId: z.string().meta({ example: 'hd_5w2b0c7d9e1f3g5h7j9k1m3n5p' }),
  currency: currencyCode,
  left: answeredAmount('What can still be captured; zero where the hold is not open.'),
  expiresAt,
};

export const holdsAnswer = z
  .object({ walletId, holds: z.array(z.object(openHold).meta({ id: 'OpenHold' })), nextCursor })
  .meta({ id: 'HoldPage' });

export const holdAnswer = z
  .object({
    walletId,
    ...openHold,
    status: z.enum(['open', 'captured', 'voided', 'expired']).meta({ example: 'open' }),
    amount: answeredAmount('As it was placed. Absent where that was more than 20,000 events ago.').optional(),
    captured: answeredAmount('What was captured of it. Absent where `amount` is.').optional(),
    events,
  })
  .meta({ id: 'Hold' });

const openPending = {
  movementId: z.string().meta({ example: 'mv_5w2b0c7d9e1f3g5h7j9k1m3n5p' }),
  direction: z.enum(['in', 'out']).meta({ description: '`in`: a deposit. `out`: a withdrawal.', example: 'in' }),
  currency: currencyCode,
  amount: answeredAmount('As it was announced.'),
  expiresAt,
  reference: z.string().nullable(),
  description: z.string().nullable(),
  effectiveAt: instant("The business's own date.").nullable(),
};

export const pendingPageAnswer = z
  .object({ walletId, pending: z.array(z.object(openPending).meta({ id: 'OpenPendingMovement' })), nextCursor })
  .meta({ id: 'PendingMovementPage' });

export const pendingAnswer = z
  .object({
    walletId,
    ...openPending,
    status: z.enum(['open', 'settled', 'failed', 'expired']).meta({ example: 'open' }),
    settled: answeredAmount('What was booked, where it was settled.').optional(),
    events,
  })
  .meta({ id: 'PendingMovement' });

export type HoldsAnswer = z.infer<typeof holdsAnswer>;
export type HoldAnswer = z.infer<typeof holdAnswer>;
export type PendingPageAnswer = z.infer<typeof pendingPageAnswer>;
export type PendingAnswer = z.infer<typeof pendingAnswer>;

export function openHoldOf({ holdId, left, expiresAt }: HoldView): HoldsAnswer['holds'][number] {
  return { holdId, currency: left.currency.code, left: left.toString(), expiresAt: expiresAt ?? null };
}

export function holdOf(walletId: string, hold: HoldView & { events: readonly RecordedEvent[] }): HoldAnswer {
  const { status, amount, captured } = hold;
  return {
    walletId,
    ...openHoldOf(hold),
    status,
    ...(amount && { amount: amount.toString() }),
    ...(captured && { captured: captured.toString() }),
    events: hold.events.map(eventOf),
  };
}

export function openPendingOf(movement: PendingView): PendingPageAnswer['pending'][number] {
  const { movementId, direction, amount, expiresAt, details } = movement;
  const { code: currency } = amount.currency;
  return {
    ...{ movementId, direction, currency, amount: amount.toString(), expiresAt: expiresAt ?? null },
    ...saidOf(details),
  };
}

export function pendingOf(
  walletId: string,
  movement: PendingView & { events: readonly RecordedEvent[] },
): PendingAnswer {
  const { status, settled } = movement;
  return {
    walletId,
    ...openPendingOf(movement),
    status,
    ...(settled && { settled: settled.toString() }),
    events: movement.events.map(eventOf),
  };
}

function eventOf({ version, recordedAt, type, data }: RecordedEvent): HoldAnswer['events'][number] {
  return { version, recordedAt, type, data: JSON.parse(data) as Record<string, unknown> };
}
