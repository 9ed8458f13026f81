import type { CommandDefinition } from './command.js';
import type { EventDefinition } from './event.js';
import type { Part } from './part.js';

/**
 * What a folder of the domain adds: its events and its commands. Definitions of different fields have no narrower type in
 * common, so only what does not depend on the fields is named here.
 */
export interface Capability {
  readonly events: readonly Pick<EventDefinition, 'type' | 'fields' | 'upcasters'>[];
  /** What a wallet's state keeps for them. */
  readonly parts?: readonly Pick<Part, 'name'>[];
  readonly commands: readonly Pick<CommandDefinition, 'type' | 'fields' | 'rejects'>[];
}
