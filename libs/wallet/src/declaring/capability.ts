import type { CommandDefinition } from './command.js';
import type { EventDefinition } from './event.js';

/**
 * What a folder of the domain adds: its events and its commands. Definitions of different fields have no narrower type in
 * common, so only what does not depend on the fields is named here.
 */
export interface Capability {
  readonly events: readonly Pick<EventDefinition, 'type' | 'fields' | 'upcasters'>[];
  readonly commands: readonly Pick<CommandDefinition, 'type' | 'fields' | 'rejects'>[];
}
