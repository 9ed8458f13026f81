import { eventDefinition, findEvent, type WalletEvent } from './declared.js';
import type { EventDefinition } from './declaring/event.js';
import type { JsonObject } from './declaring/field.js';

/** An event as the log holds it: `data` is JSON text, kept byte for byte because the hash chain runs over it. */
export interface EncodedEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
}

/** Thrown for an event that a newer Tidemark wrote: a reason to wait for an upgrade, never a defect of the data. */
export class EventFromTheFuture extends Error {
  override readonly name = 'EventFromTheFuture';
}

/** The log's form of an event, at its current schema version, with its keys in a fixed order. */
export function encodeEvent(event: WalletEvent): EncodedEvent {
  const { type } = event;
  const { fields, upcasters } = eventDefinition(type);
  const data: JsonObject = {};
  for (const name in fields) fields[name]!.write(data, name, (event as unknown as JsonObject)[name]);
  return { type, schemaVersion: upcasters.length + 1, data: JSON.stringify(data) };
}

/**
 * Reads an event of any schema version that was ever written.
 *
 * @param definitionOf finds what this code knows of a type
 * @throws EventFromTheFuture for a type or schema version that this code does not know.
 */
export function decodeEvent(
  { type, schemaVersion, data }: EncodedEvent,
  definitionOf: (type: string) => Pick<EventDefinition, 'fields' | 'upcasters'> | undefined = findEvent,
): WalletEvent {
  if (!(schemaVersion >= 1)) throw new Error(`${type} has the schema version ${schemaVersion}`);
  const definition = definitionOf(type);
  if (!definition || schemaVersion > definition.upcasters.length + 1) {
    throw new EventFromTheFuture(`${type} in schema version ${schemaVersion} was written by a newer Tidemark`);
  }
  const { fields, upcasters } = definition;
  let current = JSON.parse(data) as JsonObject;
  for (let step = schemaVersion - 1; step < upcasters.length; step++) current = upcasters[step]!(current);
  const event: JsonObject = { type };
  for (const name in fields) {
    const value = fields[name]!.read(current, name);
    if (value !== undefined) event[name] = value;
  }
  return event as unknown as WalletEvent;
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
