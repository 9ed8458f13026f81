import { Money } from '@tidemark/money';
import type { MovementDetails, WalletEvent, WalletEventType } from './events.js';
import { unreachable } from './unreachable.js';

/** An event as the log holds it: `data` is JSON text, kept byte for byte because the hash chain runs over it. */
export interface EncodedEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Turns the data of one schema version into that of the next. */
export type Upcaster = (data: Json) => Json;

/** For each event type its upcasters, from version 1 on: `n` of them make the current schema version `n + 1`. */
export type Upcasters = Readonly<Record<WalletEventType, readonly Upcaster[]>>;

/** Thrown for an event that a newer Tidemark wrote: a reason to wait for an upgrade, never a defect of the data. */
export class EventFromTheFuture extends Error {
  override readonly name = 'EventFromTheFuture';
}

/** The schema changes so far. Appending a function here is how an event's data changes; the old data stays as it is. */
export const upcasters: Upcasters = {
  WalletOpened: [],
  OverdraftLimitChanged: [],
  WalletRehomed: [],
  FundsDeposited: [],
  FundsWithdrawn: [],
  TransferSent: [],
  TransferReceived: [],
};

/** The log's form of an event, at its current schema version, with its keys in a fixed order. */
export function encodeEvent(event: WalletEvent): EncodedEvent {
  const { type } = event;
  return { type, schemaVersion: upcasters[type].length + 1, data: JSON.stringify(dataOf(event)) };
}

/**
 * Reads an event of any schema version that was ever written.
 *
 * @throws EventFromTheFuture for a type or schema version that this code does not know.
 */
export function decodeEvent({ type, schemaVersion, data }: EncodedEvent, known: Upcasters = upcasters): WalletEvent {
  if (!(schemaVersion >= 1)) throw new Error(`${type} has the schema version ${schemaVersion}`);
  const steps = Object.hasOwn(known, type) ? known[type as WalletEventType] : undefined;
  if (!steps || schemaVersion > steps.length + 1) {
    throw new EventFromTheFuture(`${type} in schema version ${schemaVersion} was written by a newer Tidemark`);
  }
  const current = steps.slice(schemaVersion - 1).reduce<Json>((old, upcast) => upcast(old), JSON.parse(data) as Json);
  return eventOf(type as WalletEventType, current as never);
}

/**
 * The text that an event's hash covers, besides the hash before it: everything that was written except where and when
 * the database put it. No part can hold a line feed (ids and types are restricted, JSON escapes it), so no two events
 * share a text.
 */
export function canonicalEvent(
  walletId: string,
  version: number,
  { type, schemaVersion, data }: EncodedEvent,
  recordedAt: string,
  metadata: string,
): string {
  return `${walletId}\n${version}\n${type}\n${schemaVersion}\n${recordedAt}\n${data}\n${metadata}`;
}

interface MovementData extends MovementDetails {
  movementId: string;
  amount: string;
  currency: string;
  overdraft?: 'unlimited';
}

interface TransferData extends MovementDetails {
  transferId: string;
  from: string;
  to: string;
  amount: string;
  currency: string;
}

// JSON.stringify leaves out what is undefined, and keeps this order.
function dataOf(event: WalletEvent): object {
  switch (event.type) {
    case 'WalletOpened':
      return { homeRegion: event.homeRegion, metadata: event.metadata };
    case 'WalletRehomed':
      return { homeRegion: event.homeRegion };
    case 'OverdraftLimitChanged':
      return { limit: event.limit.toString(), currency: event.limit.currency.code };
    case 'FundsDeposited':
      return { movementId: event.movementId, ...moneyAnd(event.amount, event.details) };
    case 'FundsWithdrawn':
      return { movementId: event.movementId, ...moneyAnd(event.amount, event.details), overdraft: event.overdraft };
    case 'TransferSent':
      return { transferId: event.transferId, to: event.to, ...moneyAnd(event.amount, event.details) };
    case 'TransferReceived':
      return { transferId: event.transferId, from: event.from, ...moneyAnd(event.amount, event.details) };
    default:
      return unreachable(event);
  }
}

function moneyAnd(amount: Money, { reference, description, effectiveAt }: MovementDetails): object {
  return { amount: amount.toString(), currency: amount.currency.code, reference, description, effectiveAt };
}

function eventOf(type: WalletEventType, data: MovementData & TransferData & Json): WalletEvent {
  const amount = () => Money.fromCanonical(data.amount, data.currency);
  switch (type) {
    case 'WalletOpened':
      return { type, homeRegion: data['homeRegion'] as string, metadata: data['metadata'] as Record<string, string> };
    case 'WalletRehomed':
      return { type, homeRegion: data['homeRegion'] as string };
    case 'OverdraftLimitChanged':
      return { type, limit: Money.fromCanonical(data['limit'] as string, data.currency) };
    case 'FundsDeposited':
      return { type, movementId: data.movementId, amount: amount(), details: detailsOf(data) };
    case 'FundsWithdrawn': {
      const { movementId, overdraft } = data;
      return { type, movementId, amount: amount(), ...(overdraft && { overdraft }), details: detailsOf(data) };
    }
    case 'TransferSent':
      return { type, transferId: data.transferId, to: data.to, amount: amount(), details: detailsOf(data) };
    case 'TransferReceived':
      return { type, transferId: data.transferId, from: data.from, amount: amount(), details: detailsOf(data) };
    default:
      return unreachable(type);
  }
}

function detailsOf({ reference, description, effectiveAt }: MovementDetails): MovementDetails {
  return {
    ...(reference !== undefined && { reference }),
    ...(description !== undefined && { description }),
    ...(effectiveAt !== undefined && { effectiveAt }),
  };
}
