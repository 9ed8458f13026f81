import { commandDefinition, scopeOf, type SingleCommand } from '@tidemark/wallet';
import type { CommandIdentity } from './command-identity.js';
import { derivedIdOf, walletIdOf } from './derived-ids.js';

/**
 * A command as a caller asked for it: without the ids that follow from its idempotency key, and without a region where the
 * caller named none.
 */
export type AskedCommand = SingleCommand | ({ readonly type: string } & Readonly<Record<string, unknown>>);

/**
 * The command with everything that a decision needs.
 *
 * @param key whose ids it gets, where it derives any and the caller has given none
 * @param region for a wallet that is opened without one
 * @param idsOf the caller whose key it was, where that is another; the id of a wallet always is of the caller
 */
export function completed(
  asked: AskedCommand,
  key: Pick<CommandIdentity, 'caller' | 'idempotencyKey'>,
  region: string,
  idsOf = key.caller,
): SingleCommand {
  const { derives, defaultRegion } = commandDefinition(asked.type);
  const command: Record<string, unknown> = { ...asked };
  if (defaultRegion !== undefined) command[defaultRegion] ??= region;
  for (const [name, id] of Object.entries(derives)) {
    if (command[name] !== undefined) continue;
    command[name] =
      id.kind === 'wallet'
        ? walletIdOf(key.caller, key.idempotencyKey)
        : derivedIdOf(id, scopeOf(command as unknown as SingleCommand), { ...key, caller: idsOf });
  }
  return command as unknown as SingleCommand;
}
