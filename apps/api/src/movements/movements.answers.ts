import type { BookedMovement } from '@tidemark/application';
import type { LocatedLine } from '@tidemark/event-store';
import type { StatementLine } from '@tidemark/wallet';
import { currencyCode, walletIdText as walletId } from '@tidemark/wallet';
import { z } from 'zod';
import {
  answeredAmount,
  instant,
  money,
  movement,
  nextCursor,
  position,
  standing,
  version,
} from '../schemas/answers.js';

const movementId = z.string().meta({ description: 'Of the deposit, withdrawal, capture, reversal or transfer.' });
const counterparty = z.string().nullable().meta({ description: 'The other wallet; null for the outside.' });
const said = {
  reference: z.string().nullable(),
  description: z.string().nullable(),
  effectiveAt: instant("The business's own date.").nullable(),
};
const when = { position, recordedAt: instant('When it was written.') };

const line = z
  .object({
    walletId,
    version: version.meta({ description: 'Of the event, in its wallet.', example: 2 }),
    type: z.string().meta({ description: 'Of the event.', example: 'FundsDeposited' }),
    amount: answeredAmount('Signed: what it added to the wallet.'),
    currency: currencyCode,
    counterparty,
    account: z
      .string()
      .nullable()
      .meta({ description: 'The account of the outside, where it has a name.', example: 'world:bank-a' }),
    ...said,
    region: z.string().meta({ description: 'Where it was recorded.', example: 'local' }),
    ...when,
  })
  .meta({ id: 'MovementLine' });

const part = z
  .object({
    walletId,
    counterparty,
    currency: currencyCode,
    amount: answeredAmount('Signed: what the wallet got by this movement, from or to this counterparty.'),
    reversed: answeredAmount('How much of it was reversed, in all. Not signed.'),
    left: answeredAmount('How much of it can still be reversed. Not signed.'),
  })
  .meta({ id: 'MovementPart' });

const parts = z
  .array(part)
  .readonly()
  .meta({ description: 'What a reversal can be about, and what was reversed. Empty for a reversal.' });

export const movementAnswer = z
  .object({
    movementId,
    ...when,
    lines: z.array(line).readonly().meta({ description: 'Of every wallet that it touched.' }),
    parts,
    holdId: z.string().optional().meta({ description: 'Of a capture: the hold.' }),
    reverses: z.string().optional().meta({ description: 'Of a reversal: the movement that it takes back.' }),
  })
  .meta({ id: 'Movement' });

export const movementsAnswer = z
  .object({
    movements: z.array(movement.extend({ walletId }).meta({ id: 'WalletStatementLine' })),
    nextCursor,
    ...standing,
  })
  .meta({ id: 'MovementPage' });

const end = walletId.nullable().meta({ description: 'The wallet; null for the outside.' });
const leg = money.extend({ from: end, to: end, ...said }).meta({ id: 'BookedLeg' });

export const transferAnswer = z
  .object({
    transferId: z.string().meta({ example: 'tr_5w2b0c7d9e1f3g5h7j9k1m3n5p' }),
    ...when,
    legs: z.array(leg).readonly().meta({ description: 'By source, and then in the order in which they were booked.' }),
    parts,
  })
  .meta({ id: 'BookedTransfer' });

export type MovementsAnswer = z.infer<typeof movementsAnswer>;
export type MovementAnswer = z.infer<typeof movementAnswer>;
export type TransferAnswer = z.infer<typeof transferAnswer>;

/** A movement as HTTP shows it. */
export function movementOf({ movementId, lines, parts }: BookedMovement): MovementAnswer {
  const { position, recordedAt } = lines[0];
  const [holdId] = lines.flatMap((each) => each.holdId ?? []);
  const [reverses] = lines.flatMap((each) => each.reverses ?? []);
  return {
    ...{ movementId, position, recordedAt, lines: lines.map(lineOf), parts: parts.map(partOf) },
    ...(holdId !== undefined && { holdId }),
    ...(reverses !== undefined && { reverses }),
  };
}

/** A movement as the transfer that it is; undefined for one that is none. */
export function transferOf({ movementId, lines, parts }: BookedMovement): TransferAnswer | undefined {
  if (!movementId.startsWith('tr_')) return undefined;
  const { position, recordedAt } = lines[0];
  // A leg between wallets has a line at each end: that of the source stands for it.
  const booked = lines.filter(({ type }) => type !== 'TransferReceived');
  const legs = booked.map(({ walletId, counterparty = null, amount, details }) => ({
    ...(amount.isPositive() ? { from: counterparty, to: walletId } : { from: walletId, to: counterparty }),
    ...{ amount: amount.abs().toString(), currency: amount.currency.code },
    ...saidOf(details),
  }));
  return { transferId: movementId, position, recordedAt, legs, parts: parts.map(partOf) };
}

function lineOf(line: LocatedLine): MovementAnswer['lines'][number] {
  const { walletId, version, type, amount, counterparty = null, account = null, details } = line;
  const { region, position, recordedAt } = line;
  return {
    ...{ walletId, version, type, amount: amount.toString(), currency: amount.currency.code, counterparty, account },
    ...saidOf(details),
    ...{ region, position, recordedAt },
  };
}

function partOf(part: BookedMovement['parts'][number]): MovementAnswer['parts'][number] {
  const { walletId, counterparty = null, amount, reversed } = part;
  return {
    ...{ walletId, counterparty, currency: amount.currency.code, amount: amount.toString() },
    ...{ reversed: reversed.toString(), left: amount.abs().minus(reversed).toString() },
  };
}

/** What a caller said of a movement, each null where nothing was said. */
export function saidOf({ reference, description, effectiveAt }: StatementLine['details']): Said {
  return { reference: reference ?? null, description: description ?? null, effectiveAt: effectiveAt ?? null };
}

type Said = Record<'reference' | 'description' | 'effectiveAt', string | null>;
