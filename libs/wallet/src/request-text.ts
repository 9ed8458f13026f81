import { commandDefinition, type SingleCommand } from './declared.js';
import type { JsonObject } from './declaring/field.js';
import { money } from './fields/fields.js';

/**
 * The text that a request's hash covers: the command as it was understood, with its keys in the order of its fields. What
 * the idempotency key decides is left out (movement and transfer ids), and how the request was spelled makes no difference
 * (`10` and `10.00` EUR, the order of keys, the offset of a time). What is absent adds nothing, so a field that is added
 * later changes no hash of old requests.
 */
export function requestText(command: SingleCommand): string {
  const { type, expectedVersion, availableAtLeast } = command;
  const said: JsonObject = { type };
  const { fields } = commandDefinition(type);
  for (const name in fields) {
    const value = (command as unknown as JsonObject)[name];
    if (value !== undefined) fields[name]!.tell(said, name, value);
  }
  if (expectedVersion !== undefined) said['ifVersion'] = expectedVersion;
  if (availableAtLeast !== undefined) money.tell(said, 'ifAvailable', availableAtLeast);
  return JSON.stringify(said);
}
