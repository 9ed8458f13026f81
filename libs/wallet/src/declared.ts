import { CAPABILITIES } from './capabilities.js';
import type { Capability } from './declaring/capability.js';
import type { CommandDefinition, CommandOf } from './declaring/command.js';
import type { Accepted, AddressedEvent as Addressed } from './declaring/decision.js';
import type { EventDefinition, EventOf } from './declaring/event.js';
import type { Part } from './declaring/part.js';
import type { RejectionDefinition, RejectionOf } from './declaring/rejection.js';
import { OF_EVERY_COMMAND } from './rejections.js';

// What the list of capabilities adds up to: the unions, and the definitions by type.

type Listed = (typeof CAPABILITIES)[number];

/** Past tense, never renamed: the log keeps these names for ever. */
export type WalletEvent = EventOf<Listed['events'][number]>;
export type WalletEventType = WalletEvent['type'];
/** A command that a capability declares. */
export type SingleCommand = CommandOf<Listed['commands'][number]>;
/** Commands that are decided together, all or none: each on what the ones before it left. The key belongs to the wallet of the first. */
export interface Batch {
  readonly type: 'Batch';
  readonly commands: readonly [SingleCommand, ...SingleCommand[]];
}
export type WalletCommand = SingleCommand | Batch;

type Declared = (typeof OF_EVERY_COMMAND)[number] | Listed['commands'][number]['rejects'][number];

export type RejectionCode = Declared['code'];
/** The facts that each rejection tells, by its code. */
export type RejectionDetails = {
  [R in Declared as R['code']]: R extends RejectionDefinition<string, infer D> ? D : never;
};
export type Rejection = { [C in RejectionCode]: RejectionOf<C, RejectionDetails[C]> }[RejectionCode];
export type AddressedEvent = Addressed<WalletEvent>;
export type Decision = Accepted<WalletEvent> | { readonly kind: 'rejected'; readonly rejection: Rejection };

const EVENTS = new Map(
  CAPABILITIES.flatMap(({ events }) => [...events] as unknown as EventDefinition[]).map((event) => [event.type, event]),
);
const COMMANDS = new Map(
  CAPABILITIES.flatMap(({ commands }) => [...commands] as unknown as CommandDefinition[]).map((command) => [
    command.type,
    command,
  ]),
);

const PARTS = new Map(
  (CAPABILITIES as readonly Capability[])
    .flatMap(({ parts = [] }) => parts as readonly Part[])
    .map((part) => [part.name, part]),
);

/** The part of that name. @throws Error for a part that no capability declares: a newer version wrote the state */
export function partNamed(name: string): Part {
  const found = PARTS.get(name);
  if (found) return found;
  throw new Error(`no capability declares the part ${name}`);
}

const OBSERVING = [...PARTS.values()].filter(({ observe }) => observe);
const REFUSING = [...PARTS.values()].filter(({ refuse }) => refuse);

/** The parts that count movements. */
export const observingParts = (): readonly Part[] => OBSERVING;
/** The parts that may refuse a movement, in the order in which they are asked: that of the capabilities. */
export const refusingParts = (): readonly Part[] => REFUSING;

/** The definition of an event's type; undefined for a type that this version does not know. */
export function findEvent(type: string): EventDefinition | undefined {
  return EVENTS.get(type);
}

/** @throws Error for a type that no capability declares, which is a defect */
export function eventDefinition(type: string): EventDefinition {
  const found = EVENTS.get(type);
  if (found) return found;
  throw new Error(`no capability declares the event ${type}`);
}

/** @throws Error for a type that no capability declares, which is a defect */
export function commandDefinition(type: string): CommandDefinition {
  const found = COMMANDS.get(type);
  if (found) return found;
  throw new Error(`no capability declares the command ${type}`);
}

export const eventDefinitions = (): readonly EventDefinition[] => [...EVENTS.values()];
export const commandDefinitions = (): readonly CommandDefinition[] => [...COMMANDS.values()];

/** Every rejection that a command may get, each once. */
export function rejectionDefinitions(): readonly RejectionDefinition[] {
  const all = [...OF_EVERY_COMMAND, ...commandDefinitions().flatMap(({ rejects }) => rejects)];
  return [...new Map(all.map((rejection) => [rejection.code, rejection])).values()];
}
